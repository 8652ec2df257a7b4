package io.cnimetrics.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.aws.Ec2Result.Failed;
import io.cnimetrics.aws.Ec2Result.Found;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.ClosedPort;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

@Timeout(30)
class InstanceTagsTest {
  private static final String ID = "i-0123456789abcdef0";
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Map<String, String> EKS = Map.of("eks:cluster-name", "prod");

  @AutoClose private final FakeEc2 ec2 = FakeEc2.start();

  @Test
  void onlyTagsThatNameTheClusterAreKept() {
    Map<String, String> naming =
        Map.of("eks:cluster-name", "prod", "kubernetes.io/cluster/prod", "owned");
    ec2.withTags(
        Map.of(
            "eks:cluster-name", "prod", "kubernetes.io/cluster/prod", "owned", "Name", "node-1"));

    assertThat(read()).isEqualTo(new Found<>(naming));
  }

  @Test
  void onlyTagsOfThisInstanceAreRequested() {
    read();

    assertThat(ec2.requests())
        .singleElement()
        .extracting(LoggedRequest::getBodyAsString)
        .asString()
        .contains("Action=DescribeTags")
        .contains("Filter.1.Name=resource-id", "Filter.1.Value.1=" + ID)
        .doesNotContain("Filter.2");
  }

  @Test
  void instanceWithoutTagsIsAnAnswer() {
    assertThat(read()).isEqualTo(new Found<>(Map.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<value></value>", "<value/>"})
  void tagMayBeEmpty(String value) {
    String body = FakeEc2.tagSet(Map.of("CLUSTER_ID", ""), "");
    ec2.answering(aResponse().withBody(body.replace("<value></value>", value)));

    assertThat(read()).isEqualTo(new Found<>(Map.of("CLUSTER_ID", "")));
  }

  @Test
  void tagWithoutAKeyIsMalformed() {
    ec2.answering(aResponse().withBody(FakeEc2.tagSet(EKS, "").replaceAll("<key>.*</key>", "")));

    assertProblem(read(), Reason.MALFORMED);
  }

  @Test
  void allPagesAreRead() {
    ec2.answering(aResponse().withBody(FakeEc2.tagSet(EKS, "second")))
        .withPage("second", Map.of("Name", "node-1"), "third")
        .withPage("third", Map.of("CLUSTER_ID", "c"), "");

    assertThat(read())
        .isEqualTo(new Found<>(Map.of("eks:cluster-name", "prod", "CLUSTER_ID", "c")));
    assertThat(ec2.requests()).hasSize(3);
  }

  @Test
  void endlessPagesAreMalformed() {
    ec2.answering(aResponse().withBody(FakeEc2.tagSet(EKS, "again")));

    assertProblem(read(), Reason.MALFORMED);
    assertThat(ec2.requests()).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
  void remedyForAWrongClockIsTheClock(String code) {
    ec2.refusing(400, code, "says EC2");

    assertThat(read().toString()).contains("correct the node's time synchronisation");
  }

  @ParameterizedTest
  @CsvSource({
    "403,UnauthorizedOperation,DENIED",
    "400,RequestExpired,DENIED",
    "400,ExpiredToken,DENIED",
    "403,SignatureDoesNotMatch,DENIED",
    "503,RequestLimitExceeded,BAD_STATUS",
    "500,InternalError,BAD_STATUS",
    "400,InvalidParameterValue,BAD_STATUS"
  })
  void refusalIsOneProblemAfterOneRequest(int status, String code, Reason reason) {
    ec2.refusing(status, code, "says EC2");

    assertProblem(read(), reason)
        .contains("ec2:DescribeTags", ID, "us-west-2", "status " + status, code)
        .contains("--cluster-id or AWS_CLUSTER_ID")
        .doesNotContain("\n");
    assertThat(ec2.requests()).hasSize(1);
  }

  @Test
  void invalidCredentialsAreDenied() {
    // The JDK hides the body of an answer with status 401. The body has EC2's error code.
    ec2.refusing(401, "AuthFailure", "AWS was not able to validate the credentials");

    assertProblem(read(), Reason.DENIED).contains("status 401", "--cluster-id");
  }

  @Test
  void refusalNamesTheRoleThatEc2Sees() {
    String role = "arn:aws:sts::111122223333:assumed-role/node/i-0123456789abcdef0";
    ec2.refusing(
        403,
        "UnauthorizedOperation",
        "You are not authorized to perform this operation. User: "
            + role
            + " is not authorized to perform: ec2:DescribeTags");

    assertThat(problem(read()).message()).contains("as " + role).contains("allow the agent's role");
  }

  @Test
  void refusalOfAProxyIsNotQuoted() {
    ec2.answering(aResponse().withStatus(502).withBody("<html>a secret of the proxy's</html>"));

    assertProblem(read(), Reason.BAD_STATUS)
        .contains("502", "no error code")
        .doesNotContain("secret");
  }

  @Test
  void credentialsAreNeverQuoted() {
    InstanceTags tags =
        new InstanceTags(
            Ec2.at(ec2.endpoint(), AwsSessionCredentials.create("AKIDEXAMPLE", "hush", "to\nken")));
    ec2.refusing(403, "SignatureDoesNotMatch", "The Canonical String ... x-amz-security-token:to");

    Problem problem = problem(tags.read(ID, "us-west-2", LIMIT));
    assertThat(problem.message()).doesNotContain("AKIDEXAMPLE", "hush", "ken", "token");
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECTION_RESET_BY_PEER,UNREACHABLE",
    "EMPTY_RESPONSE,UNREACHABLE",
    "MALFORMED_RESPONSE_CHUNK,MALFORMED",
    "RANDOM_DATA_THEN_CLOSE,MALFORMED"
  })
  void brokenAnswerIsAProblem(Fault fault, Reason reason) {
    ec2.answering(aResponse().withFault(fault));

    assertProblem(read(), reason).contains("ec2:DescribeTags", "failed", "--cluster-id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gar<bage", "<html><body>Sign in</body></html>", "{}"})
  void bodyThatIsNotFromEc2IsMalformed(String body) {
    ec2.answering(aResponse().withBody(body));

    assertProblem(read(), Reason.MALFORMED);
  }

  @Test
  void truncatedBodyIsMalformed() {
    String whole = FakeEc2.tagSet(EKS, "");
    for (int length = 0; length < whole.length() - 1; length += 20) {
      ec2.answering(aResponse().withBody(whole.substring(0, length)));
      assertThat(problem(read()).reason()).as("%d bytes", length).isEqualTo(Reason.MALFORMED);
    }
  }

  @Test
  void endlessBodyIsCut() {
    ec2.answering(aResponse().withBody(FakeEc2.tagSet(Map.of("Name", "x".repeat(600_000)), "")));

    assertProblem(read(), Reason.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hangEndsAtTheLimitAndSoDoesItsThread(boolean trickles) throws InterruptedException {
    ec2.answering(
        trickles
            ? aResponse().withBody("x".repeat(1_000)).withChunkedDribbleDelay(1_000, 20_000)
            : aResponse().withFixedDelay(20_000));
    long start = System.nanoTime();

    Problem problem = problem(ec2.tags().read(ID, "us-west-2", SHORT));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
    assertThat(problem.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(problem.message()).contains("VPC endpoint of ec2", "--cluster-id");
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("ec2")) {
        thread.join(5_000);
        assertThat(thread.isAlive()).as("the thread still reads").isFalse();
      }
    }
  }

  @Test
  void interruptIsKeptAndEndsTheWait() {
    ec2.answering(aResponse().withFixedDelay(20_000));
    Thread.currentThread().interrupt();

    assertProblem(read(), Reason.TIMEOUT);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void refusedConnectionIsUnreachable() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      assertProblem(
              new InstanceTags(Ec2.at(closed.url(), FakeEc2.CREDENTIALS))
                  .read(ID, "us-west-2", LIMIT),
              Reason.UNREACHABLE)
          .contains("refused");
    }
  }

  @Test
  void endpointAndCredentialsComeFromTheEnvironment() {
    ec2.withTags(EKS);
    Ec2Result<Map<String, String>> answer =
        SdkSettings.withCredentials(
            Map.of("aws.endpointUrlEc2", ec2.endpoint().toString()),
            InstanceTagsTest::readByEnvironment);

    assertThat(answer).isEqualTo(new Found<>(EKS));
    assertThat(ec2.requests())
        .singleElement()
        .extracting(request -> request.getHeader("Authorization"))
        .asString()
        .contains("Credential=AKIDEXAMPLE/", "/us-west-2/ec2/");
  }

  @Test
  @DisabledIfEnvironmentVariable(
      named = "AWS_ACCESS_KEY_ID",
      matches = ".+",
      disabledReason = "the environment has credentials")
  void missingCredentialsAreDeniedWithoutARequest() {
    Map<String, String> none =
        Map.of(
            "aws.endpointUrlEc2", ec2.endpoint().toString(),
            "aws.disableEc2Metadata", "true",
            "aws.configFile", "/nowhere/config",
            "aws.sharedCredentialsFile", "/nowhere/credentials");

    assertProblem(SdkSettings.with(none, InstanceTagsTest::readByEnvironment), Reason.DENIED)
        .contains("no AWS credentials found", "--cluster-id");
    assertThat(ec2.requests()).isEmpty();
  }

  private Ec2Result<Map<String, String>> read() {
    return ec2.tags().read(ID, "us-west-2", LIMIT);
  }

  private static Ec2Result<Map<String, String>> readByEnvironment() {
    return new InstanceTags(Ec2.fromEnvironment()).read(ID, "us-west-2", LIMIT);
  }

  /** Checks the reason, and returns an assertion about the message. */
  private static AbstractStringAssert<?> assertProblem(Ec2Result<?> answer, Reason reason) {
    Problem problem = problem(answer);
    assertThat(problem.reason()).isEqualTo(reason);
    return assertThat(problem.message());
  }

  private static Problem problem(Ec2Result<?> answer) {
    assertThat(answer).isInstanceOf(Failed.class);
    Problem problem = ((Failed<?>) answer).problem();
    assertThat(problem.source()).isEqualTo(Source.EC2);
    return problem;
  }
}
