package io.cnimetrics.identity;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.aws.Ec2;
import io.cnimetrics.aws.FakeEc2;
import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.InstanceTags;
import io.cnimetrics.aws.SdkSettings;
import io.cnimetrics.identity.Identification.State;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class IdentityResolverTest {
  private static final Duration LIMIT = Duration.ofSeconds(6);
  private static final String NONE = "";

  private static final Origin GIVEN = Origin.GIVEN;
  private static final Origin METADATA = Origin.INSTANCE_METADATA;
  private static final Origin SHOWN = Origin.instanceTag("eks:cluster-name");
  private static final Origin EC2_TAG = Origin.ec2Tag("eks:cluster-name");
  private static final Map<String, String> EKS = Map.of("eks:cluster-name", "prod");
  private static final Map<String, String> TWO =
      Map.of("kubernetes.io/cluster/a", "owned", "kubernetes.io/cluster/b", "owned");

  @AutoClose private final FakeEc2 ec2 = FakeEc2.start();
  @AutoClose private FakeImds imds;

  @BeforeEach
  void start() throws IOException {
    imds = FakeImds.ofAnInstance();
  }

  @Test
  void configuredValuesHavePriorityOverMetadata() {
    imds.withTags(EKS);

    Identification found = resolver("given", "us-east-1").attempt(LIMIT);
    assertThat(found.state()).isEqualTo(State.COMPLETE);
    assertThat(found.isFinal()).isTrue();
    assertThat(found.node().nodeName()).isEqualTo("node-1");
    assertThat(found.node().clusterId()).contains("given");
    assertThat(found.node().region()).contains("us-east-1");
    assertThat(found.node().instance().type()).contains("m5.xlarge");
    assertThat(found.origins()).isEqualTo(origins(GIVEN, GIVEN));
    assertThat(found.problems()).isEmpty();
  }

  @Test
  void shownTagsSufficeWithoutEc2() {
    imds.withTags(EKS);

    Identification found = resolver(NONE, NONE).attempt(LIMIT);
    assertThat(found.node().clusterId()).contains("prod");
    assertThat(found.node().region()).contains("eu-west-1");
    assertThat(found.origins()).isEqualTo(origins(SHOWN, METADATA));
    assertThat(ec2.requests()).isEmpty();
  }

  @Test
  void ec2NamesTheClusterIfTheInstanceHidesItsTags() {
    ec2.withTags(EKS);

    Identification found = resolver(NONE, NONE).attempt(LIMIT);
    assertThat(found.state()).isEqualTo(State.COMPLETE);
    assertThat(found.isFinal()).isTrue();
    assertThat(found.node().clusterId()).contains("prod");
    assertThat(found.origins()).isEqualTo(origins(EC2_TAG, METADATA));
    assertThat(found.problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 403, 503})
  void ec2IsNotCalledForAConfiguredName(int status) {
    ec2.answering(aResponse().withStatus(status));

    IdentityResolver resolver = resolver("given", NONE);
    assertThat(resolver.attempt(LIMIT).state()).isEqualTo(State.COMPLETE);
    resolver.attempt(LIMIT);
    assertThat(ec2.requests()).isEmpty();
  }

  @Test
  void ec2IsCalledInTheRegionOfTheInstance() {
    ec2.withTags(EKS);

    assertThat(resolver(NONE, "us-east-1").attempt(LIMIT).origins())
        .isEqualTo(origins(EC2_TAG, GIVEN));
    assertThat(ec2.requests().get(0).getHeader("Authorization")).contains("/eu-west-1/ec2/");
  }

  @Test
  void blockedMetadataDoNotPreventSendingIfAllIsConfigured() {
    imds.hangingAt(FakeImds.TOKEN_PATH);

    Identification found = resolver("given", "us-east-1").attempt(Duration.ofSeconds(1));
    assertThat(found.state()).isEqualTo(State.COMPLETE);
    assertThat(found.isFinal()).as("a later attempt may find the instance").isFalse();
    assertThat(found.node().instance()).isEqualTo(Instance.UNKNOWN);
    assertThat(onlyProblem(found).reason()).isEqualTo(Reason.TIMEOUT);
  }

  @Test
  void lateMetadataAreUsed() {
    ec2.withTags(EKS);
    imds.failing(FakeImds.TOKEN_PATH, 503, 99);
    IdentityResolver resolver = resolver(NONE, NONE);

    assertThat(resolver.attempt(LIMIT).state()).isEqualTo(State.RETRY);
    assertThat(ec2.requests()).as("requests without an instance id").isEmpty();
    imds.failing(FakeImds.TOKEN_PATH, 503, 0);
    assertThat(resolver.attempt(LIMIT).state()).isEqualTo(State.COMPLETE);
  }

  @Test
  void onlyUnknownPartsAreRequestedAgain() {
    ec2.withTags(EKS);
    imds.failing("/latest/meta-data/placement/availability-zone", 503, 99);
    IdentityResolver resolver = resolver(NONE, NONE);

    Identification first = resolver.attempt(LIMIT);
    assertThat(first.state()).isEqualTo(State.COMPLETE);
    assertThat(first.isFinal()).isFalse();
    imds.failing("/latest/meta-data/placement/availability-zone", 503, 0)
        .failing("/latest/meta-data/instance-type", 503, 99);
    Identification second = resolver.attempt(LIMIT);
    assertThat(second.node()).isEqualTo(first.node());
    imds.failing("/latest/meta-data/instance-type", 503, 0);
    Identification third = resolver.attempt(LIMIT);
    assertThat(third.isFinal()).isTrue();
    assertThat(third.node().instance().availabilityZone()).contains("eu-west-1a");
    assertThat(ec2.requests()).hasSize(1);
  }

  @Test
  void finalIdentityIsNotRequestedAgain() {
    ec2.withTags(EKS);
    IdentityResolver resolver = resolver(NONE, NONE);
    Identification first = resolver.attempt(LIMIT);
    List<String> requests = imds.requests();

    assertThat(resolver.attempt(LIMIT)).isEqualTo(first);
    assertThat(imds.requests()).isEqualTo(requests);
    assertThat(ec2.requests()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "403,UnauthorizedOperation,DENIED",
    "400,RequestExpired,DENIED",
    "503,RequestLimitExceeded,BAD_STATUS",
    "500,InternalError,BAD_STATUS"
  })
  void refusedTagsAreRequestedUntilTheyArePermitted(int status, String code, Reason reason) {
    ec2.refusing(status, code, "not now");
    IdentityResolver resolver = resolver(NONE, NONE);

    Identification refused = resolver.attempt(LIMIT);
    assertThat(refused.state()).isEqualTo(State.RETRY);
    assertThat(refused.isFinal()).isFalse();
    assertThat(onlyProblem(refused).source()).isEqualTo(Source.EC2);
    assertThat(onlyProblem(refused).reason()).isEqualTo(reason);
    ec2.withTags(EKS);
    assertThat(resolver.attempt(LIMIT).node().clusterId()).contains("prod");
  }

  @Test
  void instanceWithoutClusterTagIsUnresolvable() {
    Identification found = resolver(NONE, NONE).attempt(LIMIT);

    assertThat(found.state()).isEqualTo(State.UNRESOLVABLE);
    assertThat(found.node().region()).contains("eu-west-1");
    assertThat(onlyProblem(found).reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(onlyProblem(found).message())
        .contains("eks:cluster-name", "kubernetes.io/cluster/<name>")
        .contains("--cluster-id or AWS_CLUSTER_ID", "tag the instance with CLUSTER_ID");
  }

  @Test
  void unusableNamesAreUnresolvable() {
    ec2.withTags(Map.of("eks:cluster-name", "prod é"));

    Identification found = resolver(NONE, NONE).attempt(LIMIT);
    assertThat(found.state()).isEqualTo(State.UNRESOLVABLE);
    assertThat(onlyProblem(found).message())
        .contains("no usable cluster", "printable ASCII", "eks:cluster-name", "--cluster-id");
  }

  @Test
  void unusableShownTagIsNamedWithoutEc2() {
    imds.withTags(Map.of("eks:cluster-name", "prod é"));

    Identification found =
        Identification.of(given(NONE, NONE), InstanceMetadata.at(imds.endpoint()).read(LIMIT));
    assertThat(found.state()).isEqualTo(State.UNRESOLVABLE);
    assertThat(onlyProblem(found).source()).isEqualTo(Source.IMDS);
    assertThat(onlyProblem(found).reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(onlyProblem(found).message())
        .contains("no usable cluster", "printable ASCII", "eks:cluster-name", "--cluster-id");
  }

  @Test
  void severalClustersByEc2AreUnresolvable() {
    ec2.withTags(TWO);

    Identification found = resolver(NONE, NONE).attempt(LIMIT);
    assertThat(found.state()).isEqualTo(State.UNRESOLVABLE);
    assertThat(onlyProblem(found).source()).isEqualTo(Source.EC2);
    assertThat(onlyProblem(found).message()).contains("(a, b)", "--cluster-id");
  }

  @Test
  void severalClustersByShownTagsAreUnresolvableWithoutEc2() {
    imds.withTags(TWO);

    Identification found = resolver(NONE, NONE).attempt(LIMIT);
    assertThat(found.state()).isEqualTo(State.UNRESOLVABLE);
    assertThat(onlyProblem(found).source()).isEqualTo(Source.IMDS);
    assertThat(ec2.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"given,''", "'',us-east-1", "'',''"})
  void missingValuesAreUnresolvableWithoutMetadata(String clusterId, String region) {
    Identification found = withoutMetadata(clusterId, region);

    assertThat(found.state()).isEqualTo(State.UNRESOLVABLE);
    assertThat(found.problems())
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem.message()).contains("set --"));
    assertThat(imds.requests()).isEmpty();
    assertThat(ec2.requests()).isEmpty();
  }

  @Test
  void metadataMayBeOffIfAllIsConfigured() {
    Identification found = withoutMetadata("given", "us-east-1");

    assertThat(found.state()).isEqualTo(State.COMPLETE);
    assertThat(found.isFinal()).isTrue();
    assertThat(found.problems()).isEmpty();
  }

  @Test
  void metadataWithoutARegionAreUnresolvable() throws IOException {
    try (FakeImds none = FakeImds.empty()) {
      Identification found =
          new IdentityResolver(
                  given("given", NONE),
                  InstanceMetadata.at(none.endpoint()),
                  Optional.of(ec2.tags()))
              .attempt(LIMIT);
      assertThat(found.state()).isEqualTo(State.UNRESOLVABLE);
      assertThat(found.problems()).last().isEqualTo(Identification.UNKNOWN_REGION);
    }
  }

  @Test
  void tagOfLowerPriorityDoesNotReplaceAnUnreadTag() {
    imds.withTags(Map.of("CLUSTER_ID", "weaker"))
        .with("tags/instance", "CLUSTER_ID\neks:cluster-name")
        .failing("/latest/meta-data/tags/instance/eks:cluster-name", 503, 99);
    ec2.refusing(403, "UnauthorizedOperation", "no");

    assertThat(resolver(NONE, NONE).attempt(LIMIT).state()).isEqualTo(State.RETRY);
  }

  @ParameterizedTest
  @CsvSource({
    "us-west-2,ec2.us-west-2.amazonaws.com",
    "cn-north-1,ec2.cn-north-1.amazonaws.com.cn",
    "us-gov-west-1,ec2.us-gov-west-1.amazonaws.com"
  })
  void regionOfTheInstanceSelectsThePartition(String region, String host) throws Exception {
    imds.with("placement/region", region);
    try (ServerSocket proxy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      CompletableFuture<String> asked = CompletableFuture.supplyAsync(() -> firstLine(proxy));
      Map<String, String> throughProxy =
          Map.of("https.proxyHost", "127.0.0.1", "https.proxyPort", "" + proxy.getLocalPort());

      Identification found =
          SdkSettings.withCredentials(
              throughProxy,
              () ->
                  new IdentityResolver(
                          given(NONE, NONE),
                          InstanceMetadata.at(imds.endpoint()),
                          Optional.of(new InstanceTags(Ec2.fromEnvironment())))
                      .attempt(LIMIT));
      assertThat(asked.get()).startsWith("CONNECT " + host + ":443 ");
      assertThat(found.node().region()).contains(region);
      assertThat(found.state()).isEqualTo(State.RETRY);
    }
  }

  private static String firstLine(ServerSocket listener) {
    try (Socket client = listener.accept()) {
      return new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII))
          .readLine();
    } catch (IOException e) {
      return "no client came: " + e;
    }
  }

  private IdentityResolver resolver(String clusterId, String region) {
    return new IdentityResolver(
        given(clusterId, region), InstanceMetadata.at(imds.endpoint()), Optional.of(ec2.tags()));
  }

  private Identification withoutMetadata(String clusterId, String region) {
    return SdkSettings.with(
        Map.of(
            "aws.disableEc2Metadata",
            "true",
            "aws.ec2MetadataServiceEndpoint",
            imds.endpoint().toString()),
        () ->
            new IdentityResolver(
                    given(clusterId, region),
                    InstanceMetadata.fromEnvironment(),
                    Optional.of(ec2.tags()))
                .attempt(LIMIT));
  }

  private static Identification.Configured given(String clusterId, String region) {
    return new Identification.Configured("node-1", optional(clusterId), optional(region));
  }

  private static Optional<String> optional(String value) {
    return Optional.of(value).filter(text -> !text.isEmpty());
  }

  private static Origins origins(Origin clusterId, Origin region) {
    return new Origins(Optional.of(clusterId), Optional.of(region));
  }

  private static Problem onlyProblem(Identification found) {
    assertThat(found.problems()).hasSize(1);
    return found.problems().get(0);
  }
}
