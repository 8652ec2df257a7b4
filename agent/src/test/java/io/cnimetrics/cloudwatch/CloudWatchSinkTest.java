package io.cnimetrics.cloudwatch;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static io.cnimetrics.cloudwatch.Putting.LIMIT;
import static io.cnimetrics.cloudwatch.Putting.NAMESPACE;
import static io.cnimetrics.cloudwatch.Putting.putAt;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.cnimetrics.publish.Answer;
import io.cnimetrics.publish.Answer.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class CloudWatchSinkTest {
  @RegisterExtension
  static final WireMockExtension CLOUDWATCH =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.options().dynamicPort().dynamicHttpsPort())
          .build();

  @Test
  void successIsAccepted() {
    assertThat(answerTo(cbor(200))).isEqualTo(Answer.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource({
    "400, ThrottlingException, PASSING, publish interval",
    "400, Throttling, PASSING, publish interval",
    "400, ThrottledException, PASSING, publish interval",
    "400, RequestLimitExceeded, PASSING, publish interval",
    "400, TooManyRequestsException, PASSING, publish interval",
    "500, InternalServiceFault, PASSING, passes",
    "500, InternalFailure, PASSING, passes",
    "503, ServiceUnavailable, PASSING, passes",
    "400, InvalidParameterValueException, INVALID, never pass",
    "400, InvalidParameterCombinationException, INVALID, never pass",
    "400, MissingRequiredParameterException, INVALID, never pass",
    "400, MissingParameter, INVALID, never pass",
    "400, ValidationError, INVALID, never pass",
    "400, ValidationException, INVALID, never pass",
    "413, RequestEntityTooLarge, INVALID, never pass",
    "403, AccessDenied, DENIED, cloudwatch:PutMetricData",
    "403, AccessDeniedException, DENIED, cloudwatch:PutMetricData",
    "400, AccessDeniedException, DENIED, cloudwatch:PutMetricData",
    "400, OptInRequired, DENIED, cloudwatch:PutMetricData",
    "403, UnrecognizedClientException, DENIED, partition",
    "403, InvalidClientTokenId, DENIED, partition",
    "403, SignatureDoesNotMatch, DENIED, proxy",
    "400, IncompleteSignature, DENIED, proxy",
    "403, ExpiredToken, DENIED, new credentials",
    "403, ExpiredTokenException, DENIED, new credentials",
    "400, RequestExpired, PASSING, clock",
    "403, SomethingOfTomorrow, DENIED, role",
    "400, SomethingOfTomorrow, PASSING, AWS_ENDPOINT_URL_CLOUDWATCH",
    "400, SerializationException, PASSING, AWS_ENDPOINT_URL_CLOUDWATCH",
    "404, UnknownOperationException, PASSING, AWS_ENDPOINT_URL_CLOUDWATCH"
  })
  void refusalSaysWhatToDoNext(int status, String code, Outcome outcome, String wayOut) {
    Answer answer = answerTo(cbor(status).withBody(Cbor.error(code, "said so")));
    assertThat(answer.outcome()).isEqualTo(outcome);
    assertThat(answer.message()).contains(NAMESPACE, url(), "status " + status, code, wayOut);
  }

  @Test
  void nameOfTheOldProtocolGoesBeforeThatOfTheNew() {
    Answer answer =
        answerTo(
            cbor(400)
                .withHeader("x-amzn-query-error", "InvalidParameterValue;Sender")
                .withBody(Cbor.error("SomethingOfTomorrow", "bad value")));
    assertThat(answer.outcome()).isEqualTo(Outcome.INVALID);
    assertThat(answer.message()).contains("InvalidParameterValue: bad value");
  }

  @ParameterizedTest
  @CsvSource({
    "302, PASSING",
    "400, PASSING",
    "401, DENIED",
    "403, DENIED",
    "404, PASSING",
    "407, DENIED",
    "408, PASSING",
    "413, INVALID",
    "418, PASSING",
    "429, PASSING",
    "500, PASSING",
    "502, PASSING",
    "503, PASSING",
    "504, PASSING"
  })
  void answerOfAProxyIsJudgedByItsStatusAndNotShown(int status, Outcome outcome) {
    for (String body :
        new String[] {
          "",
          "<html>planted page</html>",
          "<ErrorResponse><Error><Code>planted</Code></Error></ErrorResponse>",
          "{\"__type\":\"planted\",\"message\":\"planted\"}",
          "\u00a1gmessagegplanted",
          "\u0018 planted"
        }) {
      Answer answer = answerTo(aResponse().withStatus(status).withBody(body.getBytes(ISO_8859_1)));
      assertThat(answer.outcome()).as(body).isEqualTo(outcome);
      assertThat(answer.message()).contains("status " + status, url()).doesNotContain("planted");
    }
  }

  @Test
  void pageForPeopleIsNoSuccess() {
    Answer answer =
        answerTo(
            aResponse()
                .withHeader("Content-Type", "text/html; charset=utf-8")
                .withBody("<html>Please log in</html>"));
    assertThat(answer.outcome()).isEqualTo(Outcome.PASSING);
    assertThat(answer.message()).contains("page", "HTTPS_PROXY").doesNotContain("log in");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE"})
  void faultOfTheWayPasses(Fault fault) {
    assertThat(answerTo(aResponse().withFault(fault)).outcome()).isEqualTo(Outcome.PASSING);
  }

  @Test
  void authorityThatIsNotTrustedPasses() {
    Answer answer = putAt("https://localhost:" + CLOUDWATCH.getHttpsPort(), LIMIT);
    assertThat(answer.outcome()).isEqualTo(Outcome.PASSING);
    assertThat(answer.message()).contains("certification path", "trusts the authority");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 429, 503})
  void waitThatIsAskedForIsTold(int status) {
    assertThat(answerTo(cbor(status).withHeader("Retry-After", "7")).retryAfter())
        .contains(Duration.ofSeconds(7));
  }

  @Test
  void messageIsOneLineOfABoundedLength() {
    String words = "a\r\nb\u001b[31m\u2028c " + "long words ".repeat(2_000);
    Answer answer = answerTo(cbor(400).withBody(Cbor.error("InvalidParameterValue", words)));
    assertThat(answer.message())
        .contains("InvalidParameterValue: a b [31m c long words")
        .doesNotContainPattern("\\p{C}")
        .hasSizeLessThan(1_000);
  }

  /** Exactly one request each time: the SDK's retries and the JDK's are off. */
  private static Answer answerTo(ResponseDefinitionBuilder response) {
    CLOUDWATCH.resetAll();
    CLOUDWATCH.stubFor(any(anyUrl()).willReturn(response));
    Answer answer = putAt(url(), LIMIT);
    CLOUDWATCH.verify(1, anyRequestedFor(anyUrl()));
    return answer;
  }

  private static String url() {
    return "http://localhost:" + CLOUDWATCH.getPort();
  }

  private static ResponseDefinitionBuilder cbor(int status) {
    return aResponse()
        .withStatus(status)
        .withHeader("smithy-protocol", "rpc-v2-cbor")
        .withHeader("Content-Type", "application/cbor");
  }
}
