package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.Snapshots;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class InstanceMetadataTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final String TYPE_PATH = "/latest/meta-data/instance-type";
  private static final String ENDPOINT = "aws.ec2MetadataServiceEndpoint";
  private static final Instance INSTANCE =
      Snapshots.instance("i-0123456789abcdef0", "m5.xlarge", "eu-west-1", "eu-west-1a");

  @Test
  void allIsReadWithOneTokenAndOnlyTagsThatNameTheCluster() throws IOException {
    Map<String, String> naming =
        Map.of(
            "eks:cluster-name", "prod",
            "kubernetes.io/cluster/prod", "owned",
            "CLUSTER_ID", "");
    try (FakeImds imds = FakeImds.ofAnInstance()) {
      imds.withTags(naming).with("tags/instance", "Name\n" + String.join("\n", naming.keySet()));
      InstanceMetadata.Result result = read(imds);
      assertThat(result.problems()).isEmpty();
      assertThat(result.instance().tags()).isEqualTo(naming);
      assertThat(result.instance().type()).contains("m5.xlarge");
      assertThat(imds.requests())
          .startsWith(
              "PUT /latest/api/token",
              "GET /latest/meta-data/instance-type",
              "GET /latest/meta-data/placement/region",
              "GET /latest/meta-data/instance-id",
              "GET /latest/meta-data/placement/availability-zone",
              "GET /latest/meta-data/tags/instance")
          .hasSize(9);
    }
  }

  @Test
  void hiddenTagsAreNotAProblem() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance()) {
      assertThat(read(imds).problems()).isEmpty();
      assertThat(read(imds).instance()).isEqualTo(INSTANCE);
    }
  }

  @Test
  void tagKeyIsEncodedInTheUrl() throws IOException {
    Map<String, String> tags = Map.of("kubernetes.io/cluster/a b?é%", "owned");
    try (FakeImds imds = FakeImds.ofAnInstance().withTags(tags)) {
      assertThat(read(imds)).isEqualTo(new InstanceMetadata.Result(with(tags), List.of()));
    }
  }

  @ParameterizedTest
  @CsvSource({"401,DENIED", "403,DENIED", "404,NOT_FOUND", "400,BAD_STATUS", "302,BAD_STATUS"})
  void refusedTokenIsOneProblemAndOneRequest(int status, Reason reason) throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().failing(FakeImds.TOKEN_PATH, status, 99)) {
      InstanceMetadata.Result result = read(imds);
      assertThat(result.instance()).isEqualTo(Instance.UNKNOWN);
      assertProblem(result, reason)
          .contains("PUT " + imds.endpoint() + "/latest/api/token", "" + status, "--region");
      assertThat(imds.requests()).hasSize(1);
    }
  }

  @Test
  void tokenThatTheServiceRejectsIsDenied() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().failing(TYPE_PATH, 401, 99)) {
      InstanceMetadata.Result result = read(imds);
      assertThat(onlyProblem(result).reason()).isEqualTo(Reason.DENIED);
      assertThat(imds.requests()).hasSize(2);
    }
  }

  @Test
  void tokenThatIsNoHeaderValueIsMalformedAndNotQuoted() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().withToken("two\nlines")) {
      assertProblem(read(imds), Reason.MALFORMED)
          .contains("token")
          .doesNotContain("two", "lines", "\n");
    }
  }

  @Test
  void oneServerErrorIsRetriedOnce() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().failing(TYPE_PATH, 500, 1)) {
      assertThat(read(imds)).isEqualTo(new InstanceMetadata.Result(INSTANCE, List.of()));
      assertThat(imds.requests()).filteredOn(("GET " + TYPE_PATH)::equals).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {FakeImds.TOKEN_PATH, TYPE_PATH})
  void lastingServerErrorIsOneProblemAfterOneRetry(String path) throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().failing(path, 503, 99)) {
      assertProblem(read(imds), Reason.BAD_STATUS).contains(path, "503");
      assertThat(imds.requests()).filteredOn(request -> request.endsWith(path)).hasSize(2);
    }
  }

  @Test
  void valuesReadBeforeAFailureAreKept() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance()) {
      imds.failing("/latest/meta-data/instance-id", 503, 99);
      InstanceMetadata.Result result = read(imds);
      assertThat(result.instance().type()).contains("m5.xlarge");
      assertThat(result.instance().region()).contains("eu-west-1");
      assertThat(result.instance().id()).isEmpty();
      assertThat(onlyProblem(result).reason()).isEqualTo(Reason.BAD_STATUS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {FakeImds.TOKEN_PATH, "/latest/meta-data/tags/instance"})
  void hangingServiceEndsAtTheLimit(String path) throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().hangingAt(path)) {
      long start = System.nanoTime();
      InstanceMetadata.Result result = read(imds);
      assertThat(millisSince(start)).isLessThan(9_000);
      assertProblem(result, Reason.TIMEOUT).contains(path, "hop limit", "--cluster-id");
      assertThat(result.instance())
          .isEqualTo(path.equals(FakeImds.TOKEN_PATH) ? Instance.UNKNOWN : INSTANCE);
    }
  }

  @Test
  void hangingServiceEndsBeforeALongLimit() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().hangingAt(FakeImds.TOKEN_PATH)) {
      long start = System.nanoTime();
      Problem problem =
          onlyProblem(InstanceMetadata.at(imds.endpoint()).read(Duration.ofSeconds(10)));
      assertThat(millisSince(start)).isBetween(1_900L, 9_000L);
      assertThat(problem.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(imds.requests()).hasSize(2);
    }
  }

  @Test
  void trickleEndsAtTheLimitAndSoDoesItsThread() throws Exception {
    CompletableFuture<Boolean> clientLeft = new CompletableFuture<>();
    RawServer.Answer endless =
        request -> {
          try {
            request.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n");
            request.send("x-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n");
            request.trickle("x");
          } catch (IOException e) {
            clientLeft.complete(true);
          }
        };
    try (RawServer server = new RawServer(endless)) {
      InstanceMetadata metadata = InstanceMetadata.at(server.address());
      assertThat(onlyProblem(metadata.read(Duration.ofMillis(500))).reason())
          .isEqualTo(Reason.TIMEOUT);
      assertThat(clientLeft.get(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void refusedConnectionIsUnreachable() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      assertProblem(InstanceMetadata.at(closed.url()).read(LIMIT), Reason.UNREACHABLE)
          .contains(closed.url().toString(), "refused");
    }
  }

  @Test
  void queryOfTheEndpointIsNotShown() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      URI endpoint = URI.create(closed.url() + "?token=secret");
      assertProblem(InstanceMetadata.at(endpoint).read(LIMIT), Reason.UNREACHABLE)
          .doesNotContain("secret");
    }
  }

  @ParameterizedTest
  @CsvSource({"'',UNREACHABLE", "SSH-2.0-OpenSSH,MALFORMED"})
  void serverWithoutHttpIsAProblem(String greeting, Reason reason) throws Exception {
    try (RawServer server = RawServer.answering(greeting)) {
      InstanceMetadata metadata = InstanceMetadata.at(server.address());
      assertThat(onlyProblem(metadata.read(LIMIT)).reason()).isEqualTo(reason);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "<html>", "eu-west-1\nand more", "eu\u0000", "é"})
  void invalidValueIsAProblemAndTheRestIsRead(String region) throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().with("placement/region", region)) {
      InstanceMetadata.Result result = read(imds);
      assertProblem(result, Reason.MALFORMED).contains("/placement/region");
      assertThat(result.instance().region()).isEmpty();
      assertThat(result.instance().availabilityZone()).contains("eu-west-1a");
    }
  }

  @Test
  void endlessValueIsCut() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().with("instance-id", "x".repeat(5_000_000))) {
      InstanceMetadata.Result result = read(imds);
      assertProblem(result, Reason.MALFORMED).contains("length 16385");
      assertThat(result.instance().availabilityZone()).contains("eu-west-1a");
    }
  }

  @Test
  void missingValueIsNotFound() throws IOException {
    try (FakeImds imds = FakeImds.empty().with("instance-type", "m5.xlarge")) {
      InstanceMetadata.Result result = read(imds);
      assertThat(result.instance().type()).contains("m5.xlarge");
      assertThat(result.problems())
          .hasSize(3)
          .extracting(Problem::reason)
          .containsOnly(Reason.NOT_FOUND);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc", "gopher://127.0.0.1", "metadata"})
  void invalidEndpointIsMalformed(String endpoint) {
    assertProblem(InstanceMetadata.at(URI.create(endpoint)).read(LIMIT), Reason.MALFORMED)
        .contains("settings", "_ENDPOINT");
  }

  @Test
  void endpointComesFromTheEnvironment() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance()) {
      Map<String, String> settings = Map.of(ENDPOINT, imds.endpoint() + "/");
      assertThat(readWith(settings).instance()).isEqualTo(INSTANCE);
    }
  }

  @ParameterizedTest
  @CsvSource({"aws.ec2MetadataServiceEndpoint,no url", "aws.ec2MetadataServiceEndpointMode,IPv5"})
  void invalidEndpointOrModeInTheEnvironmentIsMalformed(String setting, String value) {
    assertProblem(readWith(Map.of(setting, value)), Reason.MALFORMED).contains(value);
  }

  @Test
  void switchedOffMeansNoRequest() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance()) {
      InstanceMetadata.Result result =
          readWith(Map.of(ENDPOINT, imds.endpoint().toString(), "aws.disableEc2Metadata", "true"));
      assertThat(result.instance()).isEqualTo(Instance.UNKNOWN);
      assertThat(result.problems()).isEmpty();
      assertThat(imds.requests()).isEmpty();
    }
  }

  @Test
  void proxyIsNotUsed() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance();
        FakeImds proxy = FakeImds.empty()) {
      Map<String, String> throughProxy =
          Map.of(
              "http.proxyHost", "127.0.0.1",
              "http.proxyPort", "" + proxy.endpoint().getPort(),
              "http.nonProxyHosts", "");
      assertThat(SdkSettings.with(throughProxy, () -> read(imds)).instance()).isEqualTo(INSTANCE);
      assertThat(proxy.requests()).isEmpty();
    }
  }

  @Test
  void interruptIsKeptAndEndsTheWait() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().hangingAt(FakeImds.TOKEN_PATH)) {
      Thread.currentThread().interrupt();
      assertThat(onlyProblem(read(imds)).reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void limitMustBePositive() {
    InstanceMetadata metadata = InstanceMetadata.at(URI.create("http://127.0.0.1"));
    assertThatIllegalArgumentException().isThrownBy(() -> metadata.read(Duration.ZERO));
  }

  private static InstanceMetadata.Result read(FakeImds imds) {
    return InstanceMetadata.at(imds.endpoint()).read(LIMIT);
  }

  private static InstanceMetadata.Result readWith(Map<String, String> settings) {
    return SdkSettings.with(settings, () -> InstanceMetadata.fromEnvironment().read(LIMIT));
  }

  /** Checks the reason, and returns an assertion about the message. */
  private static AbstractStringAssert<?> assertProblem(
      InstanceMetadata.Result result, Reason reason) {
    Problem problem = onlyProblem(result);
    assertThat(problem.reason()).isEqualTo(reason);
    return assertThat(problem.message());
  }

  private static Problem onlyProblem(InstanceMetadata.Result result) {
    assertThat(result.problems()).hasSize(1);
    assertThat(result.problems().get(0).source()).isEqualTo(Source.IMDS);
    return result.problems().get(0);
  }

  private static Instance with(Map<String, String> tags) {
    return new Instance(
        INSTANCE.id(), INSTANCE.type(), INSTANCE.region(), INSTANCE.availabilityZone(), tags);
  }

  private static long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }
}
