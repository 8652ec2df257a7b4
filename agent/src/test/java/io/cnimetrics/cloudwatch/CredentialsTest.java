package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.SinkFixture.CLOCK;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.assertAnswer;
import static io.cnimetrics.cloudwatch.SinkFixture.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cnimetrics.aws.AwsHttp;
import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.internal.http.loader.DefaultSdkHttpClientBuilder;

/** The sink fetches credentials for the first request, within its limit, and when they expire. */
@Timeout(30)
class CredentialsTest {
  private static final Duration SHORT = Duration.ofMillis(500);

  @AutoClose private final SystemProperties properties = new SystemProperties();

  @AutoClose private final RawCloudWatch server = new RawCloudWatch();

  @TempDir Path empty;

  CredentialsTest() throws IOException {}

  @Test
  void credentialsAreFetchedOnceAndOnlyForSending() throws IOException {
    try (FakeImds imds = withRole("key-of-role");
        CloudWatchSink sink = openAt(imds)) {
      assertThat(imds.requests()).isEmpty();
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).hasSize(2).allMatch(head -> head.contains("=key-of-role/"));
      assertThat(imds.requests()).hasSize(3);
    }
  }

  @Test
  void expiredCredentialsAreFetchedAgain() throws IOException {
    Answer expired =
        request -> request.refuse(403, "", Cbor.error("ExpiredTokenException", "expired"));
    server.plan(expired);
    try (FakeImds imds = withRole("first-key");
        CloudWatchSink sink = openAt(imds)) {
      assertThat(put(sink, LIMIT).status()).isEqualTo(Status.UNAUTHORIZED);
      setRole(imds, "second-key");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads().get(0)).contains("=first-key/");
      assertThat(server.heads().get(1)).contains("=second-key/");
    }
  }

  @Test
  void hangingMetadataServiceEndsAtTheLimitAndNothingIsSentLater() throws IOException {
    try (FakeImds imds = withRole("key-of-role");
        CloudWatchSink sink = openAt(imds)) {
      imds.hangingAt(FakeImds.TOKEN_PATH);
      long start = System.nanoTime();
      PutResult answer = put(sink, SHORT);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
      assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
      assertThat(answer.message()).contains("no credentials within 0.5 s", "Pod Identity", "IRSA");
      imds.hangingAt("nowhere");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).hasSize(1);
    }
  }

  @Test
  void missingCredentialsAreUnauthorized() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance();
        CloudWatchSink sink = openAt(imds)) {
      assertAnswer(put(sink, LIMIT), Status.UNAUTHORIZED)
          .contains("no credentials", "no IRSA and no EKS Pod Identity", "the instance's role")
          .contains("the instance has no role", "cloudwatch:PutMetricData");
      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void roleThatStsRefusesIsUnauthorized() throws IOException {
    String refusal =
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
            + "<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>"
            + "</Error></ErrorResponse>";
    Answer refusing = request -> request.refuse(403, refusal);
    try (RawCloudWatch sts = new RawCloudWatch(refusing);
        CloudWatchSink sink = openForIrsa(sts.url())) {
      assertAnswer(put(sink, LIMIT), Status.UNAUTHORIZED)
          .contains("IRSA: STS answered with status 403, AccessDenied: Not authorized to perform")
          .contains("the trust policy of arn:aws:iam::111122223333:role/agent", "OIDC")
          .doesNotContain("planted");
      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void unreachableStsIsRetryable() throws IOException {
    try (ClosedPort sts = new ClosedPort();
        CloudWatchSink sink = openForIrsa(sts.url().toString())) {
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE).contains("IRSA", "Connection refused");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "503, ServiceUnavailable, RETRYABLE, STS or a proxy has a fault",
    "400, Throttling, RETRYABLE, STS or a proxy has a fault",
    "400, IDPCommunicationError, RETRYABLE, STS or a proxy has a fault",
    "400, ExpiredTokenException, RETRYABLE, the kubelet renews the token",
    "400, InvalidIdentityToken, UNAUTHORIZED, create the IAM OIDC provider",
    "400, ValidationError, UNAUTHORIZED, check AWS_ROLE_ARN"
  })
  void answerOfStsIsAnOutageOrARefusal(int status, String code, Status outcome, String remedy)
      throws IOException {
    String body =
        "<ErrorResponse><Error><Code>%s</Code><Message>the words</Message></Error></ErrorResponse>"
            .formatted(code);
    try (RawCloudWatch sts = new RawCloudWatch(request -> request.refuse(status, body));
        CloudWatchSink sink = openForIrsa(sts.url())) {
      assertAnswer(put(sink, LIMIT), outcome).contains("IRSA", code + ": the words", remedy);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "<AssumeRole", "<html><p>Sign in</html>", "<a/>"})
  void answerOfStsWithoutCredentialsIsAnOutage(String body) throws IOException {
    try (RawCloudWatch sts = new RawCloudWatch(Answer.ok(body), Answer.ok(assumed()));
        CloudWatchSink sink = openForIrsa(sts.url())) {
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("IRSA: STS answered without usable credentials", "STS or a proxy has a fault");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
    }
  }

  @Test
  void stsWhoseNameDoesNotResolveIsRetryableAndNamed() throws IOException {
    try (CloudWatchSink sink = openForIrsa("http://no-such-sts.invalid")) {
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("unknown host no-such-sts.invalid", "ENDPOINT_URL_STS");
    }
  }

  @Test
  void tokenFileThatIsMissingForAMomentIsRetryable() throws IOException {
    try (RawCloudWatch sts = new RawCloudWatch(Answer.ok(assumed()));
        CloudWatchSink sink = openForIrsa(sts.url())) {
      Path token = empty.resolve("token");
      Files.delete(token);
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("token file " + token, "does not exist", "kubelet");
      Files.writeString(token, "\n");
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("token file " + token + " is empty");
      assertThat(sts.heads()).isEmpty();
      Files.writeString(token, "planted.web.identity");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).singleElement().asString().contains("=key-of-sts/");
    }
  }

  /** A read of a named pipe would block the thread of all later requests. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mkfifo | is not a regular file",
        "mkdir | is not a regular file",
        "ln -s /dev/zero | is not a regular file",
        "truncate -s 65537 | has more than 65,536 bytes",
        "printf '\\377' > | is not text"
      })
  void tokenFileThatIsNoTokenIsReadAgainLater(String command, String reason)
      throws IOException, InterruptedException {
    try (RawCloudWatch sts = new RawCloudWatch(Answer.ok(assumed()));
        CloudWatchSink sink = openForIrsa(sts.url())) {
      Path token = empty.resolve("token");
      Files.delete(token);
      new ProcessBuilder("sh", "-c", command + " " + token).start().waitFor();
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("token file " + token + " cannot be read: it " + reason);

      Files.delete(token);
      Files.writeString(token, "planted.web.identity");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
    }
  }

  @Test
  void clientThatTheSdkCreatesForAProfileWithARoleIsOurs() throws IOException {
    try (RawCloudWatch sts =
            new RawCloudWatch(Answer.ok(assumed().replace("WithWebIdentity", "")));
        CloudWatchSink sink = openForProfile(sts.url(), "aws_access_key_id = key-of-file")) {
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).singleElement().asString().contains("=key-of-sts/");
      assertThat(sts.heads()).singleElement().asString().contains("=key-of-file/");
      assertThat(new DefaultSdkHttpClientBuilder().build()).isInstanceOf(AwsHttp.class);
    }
  }

  @Test
  void profileWithCredentialSourceIsRefusedBeforeAnyRequest() throws IOException {
    try (RawCloudWatch sts = new RawCloudWatch();
        FakeImds imds = withRole("key-of-role")) {
      properties.set(
          Map.of(
              "aws.ec2MetadataServiceEndpoint",
              imds.endpoint().toString(),
              "aws.disableEc2Metadata",
              "false"));
      try (CloudWatchSink sink =
          openForProfile(sts.url(), "credential_source = Ec2InstanceMetadata")) {
        assertAnswer(put(sink, LIMIT), Status.UNAUTHORIZED)
            .contains("the profile default", "credential_source", "Pod Identity");
        assertThat(imds.requests()).isEmpty();
        assertThat(sts.heads()).isEmpty();
      }
    }
  }

  /**
   * @param base the source of the credentials of the profile {@code base}
   */
  private CloudWatchSink openForProfile(String sts, String base) throws IOException {
    Files.writeString(
        empty.resolve("config"),
        """
        [default]
        role_arn = arn:aws:iam::111122223333:role/agent
        source_profile = base
        [profile base]
        %s
        role_arn = arn:aws:iam::111122223333:role/base
        aws_secret_access_key = secret
        """
            .formatted(base));
    properties.set(Map.of("aws.endpointUrlSts", sts, "aws.region", "eu-west-1"));
    return open();
  }

  @Test
  void roleOfTheInstanceIsNotUsedWhileStsIsAway() throws IOException {
    try (FakeImds imds = withRole("key-of-role");
        ClosedPort sts = new ClosedPort()) {
      properties.set(Map.of("aws.ec2MetadataServiceEndpoint", imds.endpoint().toString()));
      try (CloudWatchSink sink = openForIrsa(sts.url().toString(), "false")) {
        assertThat(put(sink, LIMIT).status()).isEqualTo(Status.RETRYABLE);
        assertThat(imds.requests()).isEmpty();
        assertThat(server.heads()).isEmpty();
      }
    }
  }

  @Test
  void credentialsOfPodIdentitySignTheRequest() throws IOException {
    try (RawServer agent = new RawServer(Answer.ok(keys()));
        CloudWatchSink sink = openForPodIdentity(agent.address().toString())) {
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).hasSize(2).allMatch(head -> head.contains("=key-of-pod/"));
      assertThat(agent.heads())
          .singleElement()
          .asString()
          .contains("GET /v1/credentials", "Authorization: planted.web.identity");
    }
  }

  @Test
  void credentialsThatNoHeaderCanContainAreNotKept() throws IOException {
    String broken = keys().replace("key-of-pod", "key\\r\\nX-Other: 1");
    try (RawCloudWatch agent = new RawCloudWatch(Answer.ok(broken), Answer.ok(keys()));
        CloudWatchSink sink = openForPodIdentity(agent.url())) {
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("EKS Pod Identity", "answered with no credentials");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UnrecognizedClientException", "InvalidClientTokenId"})
  void credentialsThatCloudWatchDoesNotKnowAreFetchedAgain(String code) throws IOException {
    String newer = keys().replace("key-of-pod", "newer-key");
    server.plan(request -> request.refuse(403, "", Cbor.error(code, "invalid")));
    try (RawCloudWatch agent = new RawCloudWatch(Answer.ok(keys()), Answer.ok(newer));
        CloudWatchSink sink = openForPodIdentity(agent.url())) {
      assertThat(put(sink, LIMIT).status()).isEqualTo(Status.UNAUTHORIZED);
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads().get(1)).contains("=newer-key/");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | [id]: (AccessDeniedException): EKS cannot assume the role, fault: client"
            + " | UNAUTHORIZED | pods.eks.amazonaws.com",
        "403 | Access Denied. bad token | UNAUTHORIZED | pods.eks.amazonaws.com",
        "404 | [id]: (ResourceNotFoundException): No association found | UNAUTHORIZED"
            + " | create-pod-identity-association",
        "400 | [id]: (ExpiredTokenException): The token expired | RETRYABLE | kubelet",
        "429 | Too Many Requests. slow down | RETRYABLE | tries again",
        "500 | Unable to serialize credentials | RETRYABLE | eks-auth",
        "503 | no words | RETRYABLE | eks-auth"
      })
  void answerOfPodIdentityIsQuoted(int status, String words, Status outcome, String remedy)
      throws IOException {
    try (RawServer agent = new RawServer(request -> request.refuse(status, words + "\n"));
        CloudWatchSink sink = openForPodIdentity(agent.address().toString())) {
      assertAnswer(put(sink, LIMIT), outcome)
          .contains("EKS Pod Identity", "status " + status, words, remedy)
          .doesNotContain("planted");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"planted-opaque/token", "planted token.of ours"})
  void tokenThatPodIdentityOrStsReturnsIsNotQuoted(String token) throws IOException {
    String words = "x ".repeat(140) + token + " is refused";
    String error = "<Error><Code>AccessDenied</Code><Message>%s</Message></Error>".formatted(words);
    Answer agent = request -> request.refuse(400, words);
    Answer sts =
        request -> request.refuse(403, "<ErrorResponse>%s</ErrorResponse>".formatted(error));
    try (RawServer podIdentity = new RawServer(agent);
        RawCloudWatch irsa = new RawCloudWatch(sts)) {
      for (CloudWatchSink opened :
          List.of(openForPodIdentity(podIdentity.address().toString()), openForIrsa(irsa.url()))) {
        try (CloudWatchSink sink = opened) {
          Files.writeString(empty.resolve("token"), token);
          assertThat(put(sink, LIMIT).message())
              .contains("x x x")
              .doesNotContain("planted", token.substring(token.length() - 5));
        }
      }
    }
  }

  @Test
  void secretInAnAnswerOfPodIdentityIsNotCutInHalf() throws IOException {
    String secret = "planted".repeat(8);
    byte[] body = ("x ".repeat(140) + secret).getBytes(UTF_8);
    try (RawServer agent = new RawServer(request -> request.refuse(400, "", body));
        CloudWatchSink sink = openForPodIdentity(agent.address().toString())) {
      assertThat(put(sink, LIMIT).message()).contains("x x x").doesNotContain("planted");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<html>", "[[[[", "{\"AccessKeyId\": \"planted\"}", "{\"AccessKeyId\": 1}"})
  void answerOfPodIdentityWithoutCredentialsIsRetryable(String body) throws IOException {
    try (RawServer agent = new RawServer(Answer.ok(body));
        CloudWatchSink sink = openForPodIdentity(agent.address().toString())) {
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("no credentials (length")
          .doesNotContain("planted");
    }
  }

  @Test
  void hugeAnswerOfPodIdentityIsRetryable() throws IOException {
    try (RawServer agent = new RawServer(request -> request.ok(new byte[4 << 20]));
        CloudWatchSink sink = openForPodIdentity(agent.address().toString())) {
      assertThat(put(sink, LIMIT).message()).contains("no credentials (length 65536)");
    }
  }

  @Test
  void podIdentityThatIsDownAndThenHangsIsRetryableAndThenWorks() throws IOException {
    try (ClosedPort closed = new ClosedPort();
        CloudWatchSink sink = openForPodIdentity(closed.url().toString())) {
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
          .contains("EKS Pod Identity", closed.url().toString(), "refused")
          .contains("eks-pod-identity-agent");
      try (RawServer hanging = new RawServer(RawServer.Request::hang)) {
        setPodIdentity(hanging.address().toString());
        assertAnswer(put(sink, LIMIT), Status.RETRYABLE)
            .contains("EKS Pod Identity", "Read timed out");
      }
      try (RawServer agent = new RawServer(Answer.ok(keys()))) {
        setPodIdentity(agent.address().toString());
        assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      }
    }
  }

  @Test
  void plainAddressOutsideTheNodeGetsNoToken() throws IOException {
    try (CloudWatchSink sink = openForPodIdentity("http://user:planted@192.0.2.1")) {
      assertAnswer(put(sink, LIMIT), Status.UNAUTHORIZED)
          .contains("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1", "169.254.170.23")
          .doesNotContain("planted");
    }
  }

  private static String keys() {
    return """
    {"AccessKeyId": "key-of-pod", "SecretAccessKey": "secret", "Token": "token",
     "AccountId": "111122223333", "Expiration": "2999-01-01T00:00:00Z", "more": {"a": [1]}}
    """;
  }

  private static String assumed() {
    return """
    <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
    <AccessKeyId>key-of-sts</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
    <SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>\
    </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>\
    """;
  }

  private CloudWatchSink openForPodIdentity(String agent) throws IOException {
    Path token = Files.writeString(empty.resolve("token"), "planted.web.identity");
    properties.set(
        Map.of(
            "aws.containerAuthorizationTokenFile",
            token.toString(),
            "aws.disableEc2Metadata",
            "true"));
    setPodIdentity(agent);
    return open();
  }

  private void setPodIdentity(String agent) {
    properties.set(Map.of("aws.containerCredentialsFullUri", agent + "/v1/credentials"));
  }

  private CloudWatchSink openForIrsa(String sts) throws IOException {
    return openForIrsa(sts, "true");
  }

  private CloudWatchSink openForIrsa(String sts, String withoutMetadata) throws IOException {
    Path token = Files.writeString(empty.resolve("token"), "planted.web.identity");
    properties.set(
        Map.of(
            "aws.webIdentityTokenFile",
            token.toString(),
            "aws.roleArn",
            "arn:aws:iam::111122223333:role/agent",
            "aws.endpointUrlSts",
            sts,
            "aws.region",
            "eu-west-1",
            "aws.disableEc2Metadata",
            withoutMetadata));
    return open();
  }

  private CloudWatchSink openAt(FakeImds imds) {
    properties.set(Map.of("aws.ec2MetadataServiceEndpoint", imds.endpoint().toString()));
    return open();
  }

  /** Opens a sink with the SDK's settings, without environment variables that override them. */
  private CloudWatchSink open() {
    Stream.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_EC2_METADATA_DISABLED",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "AWS_ENDPOINT_URL_CLOUDWATCH")
        .forEach(name -> assumeTrue(System.getenv(name) == null, name + " is set"));
    properties.set(
        Map.of(
            "aws.endpointUrlCloudWatch", server.url(),
            "aws.sharedCredentialsFile", empty.resolve("credentials").toString(),
            "aws.configFile", empty.resolve("config").toString()));
    return CloudWatchSink.open("eu-west-1", CLOCK);
  }

  private static FakeImds withRole(String key) throws IOException {
    FakeImds imds = FakeImds.ofAnInstance().with("iam/security-credentials/", "node");
    setRole(imds, key);
    return imds;
  }

  private static void setRole(FakeImds imds, String key) {
    imds.with(
        "iam/security-credentials/node",
        """
        {"Code": "Success", "AccessKeyId": "%s", "SecretAccessKey": "secret", "Token": "token",
         "Expiration": "2999-01-01T00:00:00Z"}
        """
            .formatted(key));
  }
}
