package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.aws.FakeEc2;
import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests {@code dry-run} of the distribution in a separate process. */
class DryRunIT {
  private static final RecordedNode SEED = RecordedNode.of("v1.23.1/seed");
  private static final String GONE = "http://127.0.0.1:1";

  private static final Map<String, String> CREDENTIALS =
      Map.of("AWS_ACCESS_KEY_ID", "key", "AWS_SECRET_ACCESS_KEY", "secret");

  static Stream<RecordedNode> newestRelease() {
    return RecordedNode.all().stream().filter(node -> node.name().startsWith("v1.23.1/"));
  }

  @ParameterizedTest
  @MethodSource("newestRelease")
  void recordedNodeIsPrintedAsItIs(RecordedNode recorded) {
    try (FakeIpamd ipamd = new FakeIpamd().serve(recorded)) {
      Result result = dryRun(ipamd).run();

      assertThat(result.exitCode()).isZero();
      assertThat(result.err()).isEmpty();
      JsonNode document = RecordedNode.json(result.out());
      assertThat(metric(document, "assignIPAddresses").get("value").asInt())
          .isEqualTo(recorded.truth().get("assignIPAddresses").asInt());
      assertThat(metric(document, "ipamdErr").get("total").asInt())
          .isEqualTo(recorded.truth().get("counters").get("ipamdErr").asInt());
      assertThat(metric(document, "ipamdErr").has("value")).isFalse();
      assertThat(document.get("node").get("cniVersion").asText()).isEqualTo("v1.23.1");
      assertThat(document.get("node").get("nodeName").asText()).isEqualTo("node-1");
    }
  }

  @Test
  void watchPrintsOneDocumentPerLineWithIncreases() {
    RecordedNode first = RecordedNode.of("v1.23.1/restart-a");
    RecordedNode second = RecordedNode.of("v1.23.1/restart-b");
    try (FakeIpamd ipamd = new FakeIpamd().serve(first);
        AgentProcess.Running agent =
            dryRun(ipamd).with("--watch", "--poll-interval", "10s").start()) {
      JsonNode before = RecordedNode.json(agent.nextLine(Duration.ofSeconds(10)));
      ipamd.serve(second);
      JsonNode after = RecordedNode.json(agent.nextLine(Duration.ofSeconds(20)));

      assertThat(metric(before, "reconcileCount").has("value")).isFalse();
      assertThat(metric(after, "reconcileCount").get("value").asInt())
          .isEqualTo(second.truth().get("increaseSincePrevious").get("reconcileCount").asInt());
      assertThat(metric(after, "ipamdRestarts").get("value").asInt()).isEqualTo(1);
    }
  }

  @Test
  void unreachableIpamdExitsWithOneAndTheReason() {
    Result result = dryRun(GONE, GONE + "/m").run();

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("introspection UNREACHABLE", GONE + "/v1/enis");
    JsonNode document = RecordedNode.json(result.out());
    assertThat(document.get("metrics").findValuesAsText("name")).contains("ipamdUp");
    assertThat(metric(document, "ipamdUp").get("value").asInt()).isZero();
    assertThat(document.get("enis").isArray()).isTrue();
    assertThat(document.get("problems").findValuesAsText("reason"))
        .contains("UNREACHABLE", "UNREACHABLE");
  }

  @Test
  void hangingIpamdStillEndsWithinTenSeconds() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      Result result = dryRun(url, url + "/m").run();

      assertThat(result.time()).isLessThan(Duration.ofSeconds(10));
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(RecordedNode.json(result.out()).get("problems").findValuesAsText("reason"))
          .containsSubsequence("TIMEOUT", "TIMEOUT");
    }
  }

  @Test
  void unreachableMetricsAreAProblemButNoFailure() {
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED)) {
      Result result = dryRun(ipamd.introspectionUrl(), GONE + "/metrics").run();

      assertThat(result.exitCode()).isZero();
      JsonNode document = RecordedNode.json(result.out());
      assertThat(metric(document, "eniAllocated").get("value").asInt()).isEqualTo(2);
      assertThat(document.get("problems").findValuesAsText("source")).contains("metrics", "limits");
    }
  }

  @Test
  void gaugesReplaceDisabledIntrospection() {
    RecordedNode recorded = RecordedNode.of("v1.15.5/m5xlarge-full");
    try (FakeIpamd ipamd = new FakeIpamd().serve(recorded)) {
      Result result = dryRun("none", ipamd.metricsUrl()).run();

      assertThat(result.exitCode()).isZero();
      JsonNode document = RecordedNode.json(result.out());
      assertThat(metric(document, "assignIPAddresses").get("value").asInt()).isEqualTo(56);
      assertThat(document.get("problems").findValuesAsText("reason")).contains("DEGRADED");
    }
  }

  @Test
  void everyOutputOfASimulatedNodeIsPrinted() {
    for (String output : List.of("table", "json", "prometheus", "put-metric-data")) {
      Result result = AgentProcess.of("dry-run", "--simulate", "--output", output).run();
      assertThat(result.exitCode()).as(output).isZero();
      assertThat(result.err()).as(output).isEmpty();
      assertThat(result.out()).as(output).isNotBlank();
    }
  }

  @Test
  void namespaceOfTheGoHelperIsAllowedWithAWarning() {
    Result result =
        AgentProcess.of(
                "dry-run", "--simulate", "--output=put-metric-data", "--namespace=Kubernetes")
            .run();

    assertThat(result.exitCode()).isZero();
    assertThat(result.err().lines()).singleElement().asString().contains("namespace=Kubernetes");
    assertThat(RecordedNode.json(result.out()).get("Namespace").asText()).isEqualTo("Kubernetes");
  }

  @Test
  void dimensionsThatDashboardAndAlarmsDoNotReadAreAllowedWithAWarning() {
    AgentProcess dryRun = AgentProcess.of("dry-run", "--simulate", "--output=put-metric-data");
    Result watched = dryRun.in(Map.of("METRIC_DIMENSIONS", "NODE;CLUSTER_ID")).run();
    Result unwatched = dryRun.in(Map.of("METRIC_DIMENSIONS", "NODE")).run();

    assertThat(watched.err()).isEmpty();
    assertThat(unwatched.exitCode()).isZero();
    assertThat(unwatched.err().lines())
        .singleElement()
        .asString()
        .contains(
            "dimensions=NODE have no set with CLUSTER_ID alone",
            "The dashboard and the alarms read only this set");
  }

  @Test
  void disabledDestinationNeedsNoWarning() {
    Result result =
        AgentProcess.of("dry-run", "--simulate", "--cloudwatch=false", "--namespace=Kubernetes")
            .in(Map.of("METRIC_DIMENSIONS", "NODE"))
            .run();

    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
  }

  @Test
  void launcherExecsTheAgent() {
    try (AgentProcess.Running agent =
        AgentProcess.of("simulate", "--introspection-port", "0", "--metrics-port", "0").start()) {
      agent.nextLine(Duration.ofSeconds(10));
      assertThat(agent.command())
          .endsWith(Boolean.getBoolean("native") ? "cni-metrics-agent" : "java");
      assertThat(agent.stop().exitCode()).as("128 + SIGTERM").isEqualTo(143);
    }
  }

  @Test
  void subnetsOfASimulatedNodeAreShownWithReachableAddresses() {
    Result table = AgentProcess.of("dry-run", "--simulate", "--subnets").run();
    Result json = AgentProcess.of("dry-run", "--simulate", "--subnets", "--output=json").run();

    assertThat(table.exitCode()).as(table.err()).isZero();
    assertThat(table.out()).containsPattern("subnetFreeIPs +[0-9,]+  subnet-");
    assertThat(table.out())
        .containsPattern("Just now +all [0-9]+ \\([0-9]+ on the node \\+ [0-9]+");
    JsonNode metric = metric(RecordedNode.json(json.out()), "subnetFreeIPs");
    assertThat(metric.get("subnetId").asText()).startsWith("subnet-");
    assertThat(metric.get("statistic").asText()).isEqualTo("Minimum");
    assertThat(metric.get("value").asDouble()).isPositive();
  }

  @Test
  void subnetsAreReadFromEc2() {
    String subnetId = SEED.truth().get("enis").get(0).get("subnetId").asText();
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED);
        FakeEc2 ec2 = FakeEc2.start().withSubnets(new Subnet(subnetId, 7, 244))) {
      Result result =
          dryRun(ipamd)
              .with("--subnets", "--region=us-west-2", "--cluster-id=prod")
              .in(ec2Environment(ec2))
              .in(CREDENTIALS)
              .run();

      JsonNode metric = metric(RecordedNode.json(result.out()), "subnetFreeIPs");
      assertThat(metric.get("value").asDouble()).isEqualTo(7);
      assertThat(metric.get("subnetId").asText()).isEqualTo(subnetId);
      assertThat(ec2.requests()).hasSize(1);
    }
  }

  @Test
  void subnetsWithoutCredentialsAreAProblemAndTheRestIsShown() {
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED)) {
      Result result = dryRun(ipamd).with("--subnets", "--region=us-west-2").run();

      assertThat(result.exitCode()).isZero();
      assertThat(result.time()).isLessThan(Duration.ofSeconds(10));
      JsonNode document = RecordedNode.json(result.out());
      assertThat(metric(document, "eniAllocated").get("value").asInt()).isEqualTo(2);
      assertThat(document.get("problems"))
          .anySatisfy(
              problem -> {
                assertThat(problem.get("source").asText()).isEqualTo("ec2");
                assertThat(problem.get("reason").asText()).isEqualTo("DENIED");
                assertThat(problem.get("message").asText())
                    .contains("ec2:DescribeSubnets", "no AWS credentials found");
              });
    }
  }

  @Test
  void subnetsWithoutARegionAreAProblem() {
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED)) {
      Result result = dryRun(ipamd).with("--subnets").run();

      assertThat(result.exitCode()).isZero();
      assertThat(RecordedNode.json(result.out()).get("problems"))
          .anyMatch(problem -> problem.get("message").asText().contains("set --region"))
          .anyMatch(problem -> problem.get("source").asText().equals("ec2"));
    }
  }

  @Test
  void clusterIsFoundByItsEc2Tags() throws IOException {
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED);
        FakeImds imds = FakeImds.ofAnInstance();
        FakeEc2 ec2 = FakeEc2.start().withTags(Map.of("eks:cluster-name", "prod"))) {
      AgentProcess onInstance = onInstance(dryRun(ipamd), imds, ec2).in(CREDENTIALS);
      JsonNode node = RecordedNode.json(onInstance.run().out()).get("node");
      Result request = onInstance.with("--output=put-metric-data").run();

      assertThat(node.get("clusterId").asText()).isEqualTo("prod");
      assertThat(request.exitCode()).as(request.err()).isZero();
      JsonNode datum = RecordedNode.json(request.out()).get("MetricData").get(0);
      assertThat(datum.get("Dimensions").get(0).get("Value").asText()).isEqualTo("prod");
    }
  }

  @Test
  void unreachableEc2IsAProblemAndTheRestIsShown() throws IOException {
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED);
        FakeImds imds = FakeImds.ofAnInstance();
        FakeEc2 ec2 = FakeEc2.start().refusing(403, "UnauthorizedOperation", "You may not.")) {
      AgentProcess onInstance = onInstance(dryRun(ipamd), imds, ec2);
      JsonNode without = RecordedNode.json(onInstance.run().out());
      JsonNode refused = RecordedNode.json(onInstance.in(CREDENTIALS).run().out());

      assertThat(metric(without, "eniAllocated").get("value").asInt()).isEqualTo(2);
      assertThat(ofEc2(without)).contains("DENIED", "ec2:DescribeTags", "no AWS credentials found");
      assertThat(metric(refused, "eniAllocated").get("value").asInt()).isEqualTo(2);
      assertThat(ofEc2(refused)).contains("DENIED", "allow the agent's role ec2:DescribeTags");
    }
  }

  @Test
  void tagsWithoutAUsableNameAreNamed() throws IOException {
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED);
        FakeImds imds = FakeImds.ofAnInstance();
        FakeEc2 ec2 = FakeEc2.start().withTags(Map.of("eks:cluster-name", "größe"))) {
      Result result =
          onInstance(dryRun(ipamd), imds, ec2)
              .in(CREDENTIALS)
              .with("--output=put-metric-data")
              .run();

      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .contains("the instance's tags name no usable cluster", "eks:cluster-name");
    }
  }

  @Test
  void knownClusterNeedsNoEc2Request() throws IOException {
    try (FakeIpamd ipamd = new FakeIpamd().serve(SEED);
        FakeImds imds = FakeImds.ofAnInstance();
        FakeEc2 ec2 = FakeEc2.start()) {
      onInstance(dryRun(ipamd), imds, ec2).with("--cluster-id=given").in(CREDENTIALS).run();
      imds.withTags(Map.of("eks:cluster-name", "shown"));
      onInstance(dryRun(ipamd), imds, ec2).in(CREDENTIALS).run();
      Result laptop = dryRun(ipamd).in(ec2Environment(ec2)).in(CREDENTIALS).run();

      assertThat(laptop.out()).contains("the cluster's name is unknown");
      assertThat(ec2.requests()).isEmpty();
    }
  }

  @Test
  void hangingMetadataStillEndsWithinTenSeconds() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        FakeImds imds = FakeImds.ofAnInstance()) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      Result result =
          dryRun(url, url + "/m")
              .with("--subnets")
              .in(metadata(imds))
              .in(Map.of("AWS_ENDPOINT_URL_EC2", url))
              .in(CREDENTIALS)
              .run();

      assertThat(result.time()).isLessThan(Duration.ofSeconds(10));
      assertThat(result.exitCode()).isEqualTo(1);
      JsonNode document = RecordedNode.json(result.out());
      assertThat(document.get("node").get("instanceType").asText()).isEqualTo("m5.xlarge");
      assertThat(ofEc2(document)).contains("TIMEOUT", "ec2:DescribeTags");
    }
  }

  private static AgentProcess onInstance(AgentProcess process, FakeImds imds, FakeEc2 ec2) {
    return process.in(metadata(imds)).in(ec2Environment(ec2));
  }

  private static Map<String, String> metadata(FakeImds imds) {
    return Map.of(
        "AWS_EC2_METADATA_DISABLED",
        "false",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        imds.endpoint().toString());
  }

  private static Map<String, String> ec2Environment(FakeEc2 ec2) {
    return Map.of("AWS_ENDPOINT_URL_EC2", ec2.endpoint().toString());
  }

  private static String ofEc2(JsonNode document) {
    for (JsonNode problem : document.get("problems")) {
      if (problem.get("source").asText().equals("ec2")) {
        return problem.toString();
      }
    }
    throw new AssertionError("no problem of EC2 in " + document);
  }

  private static AgentProcess dryRun(FakeIpamd ipamd) {
    return dryRun(ipamd.introspectionUrl(), ipamd.metricsUrl()).with("--node-name=node-1");
  }

  private static AgentProcess dryRun(Object introspectionUrl, Object metricsUrl) {
    return AgentProcess.of("dry-run")
        .reading(introspectionUrl, metricsUrl)
        .in(Map.of("DRY_RUN_OUTPUT", "json"));
  }

  private static JsonNode metric(JsonNode document, String name) {
    for (JsonNode metric : document.get("metrics")) {
      if (metric.get("name").asText().equals(name)) {
        return metric;
      }
    }
    throw new AssertionError("no metric " + name + " in " + document);
  }
}
