package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.SinkFixture.CLOCK;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.NAMESPACE;
import static io.cnimetrics.cloudwatch.SinkFixture.datums;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;

/** Credentials are fetched for the first request, within the limit, and again after they expire. */
@Timeout(30)
class CredentialsTest {
  private static final Duration SHORT = Duration.ofMillis(500);

  private final SystemProperties properties = new SystemProperties();

  @TempDir Path empty;

  @AfterEach
  void restoreSystemProperties() {
    properties.close();
  }

  @Test
  void credentialsAreFetchedOnceAndOnlyForSending() throws IOException {
    try (RawCloudWatch server = new RawCloudWatch();
        FakeImds imds = withRole("key-of-role");
        CloudWatchSink sink = sink(server, () -> roleBy(imds))) {
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
    try (RawCloudWatch server = new RawCloudWatch(expired);
        FakeImds imds = withRole("first-key");
        CloudWatchSink sink = sink(server, () -> roleBy(imds))) {
      assertThat(put(sink, LIMIT).status()).isEqualTo(Status.UNAUTHORIZED);
      setRole(imds, "second-key");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads().get(0)).contains("=first-key/");
      assertThat(server.heads().get(1)).contains("=second-key/");
    }
  }

  @Test
  void hangingMetadataServiceEndsAtTheLimitAndNothingIsSentLater() throws IOException {
    try (RawCloudWatch server = new RawCloudWatch();
        FakeImds imds = withRole("key-of-role");
        CloudWatchSink sink = openAt(server, imds)) {
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
    try (RawCloudWatch server = new RawCloudWatch();
        FakeImds imds = FakeImds.ofAnInstance();
        CloudWatchSink sink = openAt(server, imds)) {
      PutResult answer = put(sink, LIMIT);
      assertThat(answer.status()).isEqualTo(Status.UNAUTHORIZED);
      assertThat(answer.message())
          .contains("no credentials", "no IRSA and no EKS Pod Identity", "the instance's role")
          .contains("Failed to load credentials from IMDS", "cloudwatch:PutMetricData");
      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void roleThatStsRefusesIsUnauthorized() throws IOException {
    String refusal =
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
            + "<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>"
            + "</Error></ErrorResponse>";
    Answer refusing = request -> request.refuse(403, "", refusal.getBytes(UTF_8));
    try (RawCloudWatch server = new RawCloudWatch();
        RawCloudWatch sts = new RawCloudWatch(refusing);
        CloudWatchSink sink = openForIrsa(server, sts.url())) {
      PutResult answer = put(sink, LIMIT);
      assertThat(answer.status()).isEqualTo(Status.UNAUTHORIZED);
      assertThat(answer.message())
          .contains("IRSA: Not authorized to perform sts:AssumeRoleWithWebIdentity")
          .doesNotContain("planted");
      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void unreachableStsIsRetryable() throws IOException {
    try (ClosedPort sts = new ClosedPort();
        RawCloudWatch server = new RawCloudWatch();
        CloudWatchSink sink = openForIrsa(server, sts.url().toString())) {
      PutResult answer = put(sink, LIMIT);
      assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
      assertThat(answer.message()).contains("IRSA", "Connection refused");
    }
  }

  private CloudWatchSink openForIrsa(RawCloudWatch server, String sts) throws IOException {
    Path token = Files.writeString(empty.resolve("token"), "planted.web.identity");
    properties.set(
        Map.of(
            "aws.webIdentityTokenFile", token.toString(),
            "aws.roleArn", "arn:aws:iam::111122223333:role/agent",
            "aws.endpointUrlSts", sts,
            "aws.region", "eu-west-1",
            "aws.disableEc2Metadata", "true"));
    return open(server);
  }

  private CloudWatchSink openAt(RawCloudWatch server, FakeImds imds) {
    properties.set(Map.of("aws.ec2MetadataServiceEndpoint", imds.endpoint().toString()));
    return open(server);
  }

  /**
   * Opens a sink with the SDK's settings. Environment variables must not override a test's
   * settings.
   */
  private CloudWatchSink open(RawCloudWatch server) {
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

  private static AwsCredentialsProvider roleBy(FakeImds imds) {
    return InstanceProfileCredentialsProvider.builder()
        .endpoint(imds.endpoint().toString())
        .build();
  }

  private static CloudWatchSink sink(
      RawCloudWatch server, Supplier<AwsCredentialsProvider> chains) {
    return new CloudWatchSink(
        "eu-west-1", builder -> builder.endpointOverride(URI.create(server.url())), chains, CLOCK);
  }

  private static PutResult put(CloudWatchSink sink, Duration limit) {
    return sink.put(NAMESPACE, datums(1), limit);
  }
}
