package io.cnimetrics.cloudwatch;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.NAMESPACE;
import static io.cnimetrics.cloudwatch.SinkFixture.assertAnswer;
import static io.cnimetrics.cloudwatch.SinkFixture.putAt;
import static io.cnimetrics.testing.StubCloudWatch.cbor;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
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
    assertThat(answerTo(cbor(200))).isEqualTo(PutResult.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource({
    "400, ThrottlingException, RETRYABLE, publish interval",
    "400, Throttling, RETRYABLE, publish interval",
    "400, ThrottledException, RETRYABLE, publish interval",
    "400, RequestLimitExceeded, RETRYABLE, publish interval",
    "400, TooManyRequestsException, RETRYABLE, publish interval",
    "500, InternalServiceFault, RETRYABLE, temporary",
    "500, InternalFailure, RETRYABLE, temporary",
    "503, ServiceUnavailable, RETRYABLE, temporary",
    "400, InvalidParameterValueException, INVALID, refused again",
    "400, InvalidParameterCombinationException, INVALID, refused again",
    "400, MissingRequiredParameterException, INVALID, refused again",
    "400, MissingParameter, INVALID, refused again",
    "400, ValidationError, INVALID, refused again",
    "400, ValidationException, INVALID, refused again",
    "413, RequestEntityTooLarge, INVALID, smaller parts",
    "403, AccessDenied, UNAUTHORIZED, cloudwatch:PutMetricData",
    "403, AccessDeniedException, UNAUTHORIZED, cloudwatch:PutMetricData",
    "400, AccessDeniedException, UNAUTHORIZED, cloudwatch:PutMetricData",
    "400, OptInRequired, UNAUTHORIZED, enable the region",
    "403, UnrecognizedClientException, UNAUTHORIZED, partition",
    "403, InvalidClientTokenId, UNAUTHORIZED, partition",
    "403, SignatureDoesNotMatch, UNAUTHORIZED, proxy",
    "400, IncompleteSignature, UNAUTHORIZED, proxy",
    "403, ExpiredToken, UNAUTHORIZED, new credentials",
    "403, ExpiredTokenException, UNAUTHORIZED, new credentials",
    "400, RequestExpired, RETRYABLE, clock",
    "403, SomethingOfTomorrow, UNAUTHORIZED, role",
    "400, SomethingOfTomorrow, RETRYABLE, AWS_ENDPOINT_URL_CLOUDWATCH",
    "400, SerializationException, RETRYABLE, AWS_ENDPOINT_URL_CLOUDWATCH",
    "404, UnknownOperationException, RETRYABLE, AWS_ENDPOINT_URL_CLOUDWATCH"
  })
  void refusalNamesTheRemedy(int status, String code, Status outcome, String remedy) {
    assertAnswer(answerTo(cbor(status).withBody(Cbor.error(code, "said so"))), outcome)
        .contains(NAMESPACE, url(), "status " + status, code, remedy);
  }

  /**
   * The sender keeps datums after this code, because a proxy's limit does not make them invalid.
   */
  @Test
  void requestThatIsTooLargeHasOneCode() {
    assertThat(answerTo(aResponse().withStatus(413)).code()).isEqualTo(PutResult.TOO_LARGE);
    assertThat(answerTo(cbor(413).withBody(Cbor.error("RequestEntityTooLarge", ""))).code())
        .isEqualTo(PutResult.TOO_LARGE);
  }

  @Test
  void errorNameOfTheOldProtocolHasPriority() {
    PutResult answer =
        answerTo(
            cbor(400)
                .withHeader("x-amzn-query-error", "InvalidParameterValue;Sender")
                .withBody(Cbor.error("SomethingOfTomorrow", "bad value")));
    assertThat(answer.status()).isEqualTo(Status.INVALID);
    assertThat(answer.message()).contains("InvalidParameterValue: bad value");
  }

  @ParameterizedTest
  @CsvSource({
    "302, RETRYABLE",
    "400, RETRYABLE",
    "401, UNAUTHORIZED",
    "403, UNAUTHORIZED",
    "404, RETRYABLE",
    "407, UNAUTHORIZED",
    "408, RETRYABLE",
    "413, INVALID",
    "418, RETRYABLE",
    "429, RETRYABLE",
    "500, RETRYABLE",
    "502, RETRYABLE",
    "503, RETRYABLE",
    "504, RETRYABLE"
  })
  void answerOfAProxyCountsByItsStatusAndIsNotQuoted(int status, Status outcome) {
    for (String body :
        new String[] {
          "",
          "<html>planted page</html>",
          "<ErrorResponse><Error><Code>planted</Code></Error></ErrorResponse>",
          "{\"__type\":\"planted\",\"message\":\"planted\"}",
          "\u00a1gmessagegplanted",
          "\u0018 planted"
        }) {
      PutResult answer =
          answerTo(aResponse().withStatus(status).withBody(body.getBytes(ISO_8859_1)));
      assertThat(answer.status()).as(body).isEqualTo(outcome);
      assertThat(answer.message()).contains("status " + status, url()).doesNotContain("planted");
    }
  }

  @Test
  void htmlPageIsNoSuccess() {
    PutResult answer =
        answerTo(
            aResponse()
                .withHeader("Content-Type", "text/html; charset=utf-8")
                .withBody("<html>Please log in</html>"));
    assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
    assertThat(answer.message()).contains("page", "HTTPS_PROXY").doesNotContain("log in");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE"})
  void brokenConnectionIsRetryable(Fault fault) {
    assertThat(answerTo(aResponse().withFault(fault)).status()).isEqualTo(Status.RETRYABLE);
  }

  @Test
  void untrustedCertificateIsRetryable() {
    assertAnswer(putAt("https://localhost:" + CLOUDWATCH.getHttpsPort(), LIMIT), Status.RETRYABLE)
        .contains("certification path", "trusts the certificate authority");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 429, 503})
  void retryAfterIsReturned(int status) {
    assertThat(answerTo(cbor(status).withHeader("Retry-After", "7")).retryAfter())
        .contains(Duration.ofSeconds(7));
  }

  @Test
  void messageIsOneLineOfABoundedLength() {
    String words = "a\r\nb\u001b[31m\u2028c " + "long words ".repeat(2_000);
    PutResult answer = answerTo(cbor(400).withBody(Cbor.error("InvalidParameterValue", words)));
    assertThat(answer.message())
        .contains("InvalidParameterValue: a b [31m c long words")
        .doesNotContainPattern("\\p{C}")
        .hasSizeLessThan(1_000);
  }

  /** Expects exactly one request, because the retries of the SDK and of the JDK are off. */
  private static PutResult answerTo(ResponseDefinitionBuilder response) {
    CLOUDWATCH.resetAll();
    CLOUDWATCH.stubFor(any(anyUrl()).willReturn(response));
    PutResult answer = putAt(url(), LIMIT);
    CLOUDWATCH.verify(1, anyRequestedFor(anyUrl()));
    return answer;
  }

  private static String url() {
    return "http://localhost:" + CLOUDWATCH.getPort();
  }
}
