package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.otlp.BilledPoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
  private static final String PER_NODE = "--dimensions=CLUSTER_ID;CLUSTER_ID,NODE";

  private static final List<Metric> METRICS =
      MetricCatalog.all().stream().filter(metric -> !metric.isOfSubnet()).toList();

  /** {@link BilledNodeTest} checks these bytes. */
  private static final BilledPoints NODE = BilledNode.points(METRICS, Map.of());

  @TempDir Path directory;

  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void metricsPerNodeGiveAWarningInDollars() {
    assertThat(plan(PER_NODE, "--metrics=core"))
        .contains("\nMetrics   6,006 billed\n")
        .contains("makes 1,000 × 6 = 6,000 metrics. Without it", "$1,800.00 a month less");
  }

  /** Without one of the sets, more metrics of the other sets are in the expensive tier. */
  @ParameterizedTest
  @CsvSource({
    "CLUSTER_ID;NODE;INSTANCE_ID, 3700.00",
    "CLUSTER_ID;NODE, 5692.60",
    // CLUSTER_ID is the default and replaces the only set.
    "NODE, 5688.90"
  })
  void warningHasTheDollarsThatItsRemedySaves(String sets, String saved) {
    assertThat(json("--dimensions=" + sets)).contains("\"dollarsPerMonth\": %s }".formatted(saved));
  }

  @Test
  void remedyForManySubnetsIsNotInTheDimensions() {
    assertThat(plan("--clusters=2", "--subnets", "--subnet-count=200"))
        .doesNotContain("the set CLUSTER_ID, Sub");
  }

  @ParameterizedTest
  @CsvSource({
    "CLUSTER_ID, 6",
    "'CLUSTER_ID;CLUSTER_ID,INSTANCE_TYPE', 36",
    "'CLUSTER_ID;AVAILABILITY_ZONE,INSTANCE_TYPE', 96",
    "'CLUSTER_ID;INSTANCE_ID,AVAILABILITY_ZONE', 6006"
  })
  void setIsBilledByItsPossibleValues(String sets, int metrics) {
    assertThat(json("--metrics=core", "--dimensions=" + sets))
        .contains("\"metrics\": %d,".formatted(metrics));
  }

  @Test
  void fewNodesHaveAtMostOneTypeEach() {
    terminal.run(
        "plan", "--nodes=2", "--metrics=core", "--dimensions=INSTANCE_TYPE", "--output=json");

    assertThat(terminal.out()).contains("\"combinations\": 2, \"names\": 6, \"metrics\": 12 }");
  }

  /**
   * With this number of nodes, the product of the names and the instance ids does not fit in an
   * int.
   */
  @ParameterizedTest
  @CsvSource({"65536, 1, 65536", "1000, 1000, 1000000"})
  void eachNodeIsOneCombinationOfItsNameAndInstanceId(int nodes, int clusters, int combinations) {
    terminal.run(
        "plan",
        "--nodes=" + nodes,
        "--clusters=" + clusters,
        "--dimensions=NODE,INSTANCE_ID",
        "--output=json");

    assertThat(terminal.out()).contains("\"combinations\": %d,".formatted(combinations));
  }

  @Test
  void subnetsAddMetricsAndAlarms() {
    assertThat(json("--metrics=core", "--subnets", "--subnet-count=4"))
        .contains("\"metrics\": 10,")
        .contains("\"what\": \"A subnet is empty\", \"count\": 4, \"dollars\": 0.40");
  }

  @Test
  void alarmsWithoutTheirMetricsAreNotCounted() {
    assertThat(json("--metrics=core"))
        .contains("\"metrics\": 6,", "\"alarms\": 0.00, \"composite\": 0.00")
        .contains("\"restart\": { \"requests\": 1000,");
  }

  @Test
  void metricOfStartsNeedsNoRequestEachMinute() {
    assertThat(json("--metrics=agentStarts")).contains("\"perSecond\": 0, \"worstSecond\": 0,");
  }

  @Test
  void eachClusterHasItsOwnMetricsAlarmsAndDashboard() {
    // Metrics, requests of 1,000 nodes, metrics in alarms, the composite alarm and the dashboard.
    double cost = 0.30 * METRICS.size() + 432 + 1.00 + 0.50 + 3.00;

    assertThat(plan("--clusters=40"))
        .containsPattern("Metrics in alarms +400 +40.00\n")
        .containsPattern("Composite alarm: Pods cannot start +40 +20.00\n")
        .containsPattern("Dashboards +40 +120.00\n")
        .startsWith("Nodes     40,000 in 40 clusters; each node sends every minute\n")
        .contains(
            "\nCost      $%,.2f a month; $%.2f for each cluster\n".formatted(40 * cost, cost));
  }

  @Test
  void clustersCanHaveAMillionNodes() {
    assertThat(terminal.refusal("plan", "--nodes=1001", "--clusters=1000"))
        .contains("expected at most 1000000 nodes in all clusters");
  }

  @Test
  void nodeCostsAreShownForBothIntervals() {
    assertThat(json())
        .contains(
            "\"publishIntervalSeconds\": 60, \"putMetricDataDollars\": 0.432, \"otlpDollars\": %.3f"
                .formatted(otlpOfNode(43_200)))
        .contains(
            "\"publishIntervalSeconds\": 300, \"putMetricDataDollars\": 0.086, \"otlpDollars\": %.3f"
                .formatted(otlpOfNode(8_640)))
        .contains("\"otlp\": 0.00,");
  }

  @Test
  void tableHasTheFiguresOfANode() {
    int points = METRICS.size();

    assertThat(plan())
        .containsPattern("PutMetricData, requests +0.432 +0.086\n")
        .containsPattern(
            "OTLP, %d points of %d bytes +%.3f +%.3f\n"
                .formatted(points, perPoint(NODE.bytes()), otlpOfNode(43_200), otlpOfNode(8_640)))
        .contains("a point has\n    %d bytes".formatted(perPoint(NODE.leastBytes())));
  }

  private static long perPoint(long bytes) {
    return (bytes + METRICS.size() - 1) / METRICS.size();
  }

  /** The dollars of a number of requests of one node, at $0.50 for 10^9 bytes. */
  private static double otlpOfNode(long requests) {
    return requests * NODE.bytes() * 0.50 / 1e9;
  }

  @Test
  void otlpToCloudWatchIsBilledByItsBytes() {
    assertThat(json("--otlp-endpoint=cloudwatch"))
        .contains("\"requests\": 432.00, \"otlp\": %.2f,".formatted(1000 * otlpOfNode(43_200)))
        .contains("\"promql\": 0.80, \"samples\": 58.32,");
  }

  @Test
  void otlpAloneNeedsNoMetricsAndNoOtherAlarms() {
    assertThat(json("--otlp-endpoint=cloudwatch", "--cloudwatch=false", "--publish-interval=5m"))
        .contains(
            "\"metrics\": 0.00, \"requests\": 0.00, \"otlp\": %.2f, \"alarms\": 0.00,"
                .formatted(1000 * otlpOfNode(8_640)))
        .contains("\"requests\": { \"perSecond\": 3.333333,");
  }

  /** The ranges of the alarms have 193 minutes, and some are not whole publish intervals. */
  @Test
  void alarmsReadAllSamplesOfTheirRanges() {
    double everyMinute = Math.round(1000 * otlpOfNode(43_200) * 100) / 100.0;
    double atMost = everyMinute + 83.38 + 0.80 + 3.00;

    assertThat(json("--otlp-endpoint=cloudwatch", "--cloudwatch=false", "--publish-interval=5m"))
        .contains("\"samples\": 16.68,", "\"totalAtMost\": %.2f ".formatted(atMost));
  }

  @Test
  void otlpToAnotherReceiverCostsNothingInCloudWatch() {
    assertThat(json("--otlp-endpoint=http://collector:4318/v1/metrics"))
        .contains("\"otlp\": 0.00,", "\"promql\": 0.00,");
  }

  @Test
  void agentsThatOnlyServePrometheusSendNoRequests() {
    assertThat(plan("--cloudwatch=false"))
        .contains("\nRequests  none to CloudWatch\n", "\nCost      $0.00 a month\n")
        .doesNotContain("restart", "throttles", "Warnings");
    assertThat(json("--cloudwatch=false"))
        .contains("\"restart\": { \"requests\": 0, \"worstSecond\": 0, \"worstQuotaShare\": 0 },");
  }

  @Test
  void attributesOfTheUserAreBilled() {
    Terminal set = new Terminal(Map.of("OTEL_RESOURCE_ATTRIBUTES", "team=payments"));

    set.run("plan", "--nodes=1000", "--otlp-endpoint=cloudwatch", "--output=json");

    long bytes = BilledNode.points(METRICS, Map.of("team", "payments")).bytes();
    assertThat(set.out()).contains("\"bytesOfPoint\": %d,".formatted(perPoint(bytes)));
  }

  @Test
  void planWithoutTheClusterSetGivesAWarning() {
    assertThat(plan("--dimensions=NODE")).contains("no set with only CLUSTER_ID");
  }

  @Test
  void halfTheQuotaGivesAWarning() {
    terminal.run("plan", "--nodes=10000");

    assertThat(terminal.out()).contains("with --publish-interval 5m the worst second has");
  }

  @Test
  void efficientFleetGetsNoWarning() {
    terminal.run("plan", "--nodes=100");

    assertThat(terminal.out()).doesNotContain("Warnings");
  }

  @Test
  void pricesOfAnotherRegionComeFromFile() throws IOException {
    String prices =
        Files.readString(Path.of("src/main/resources/io/cnimetrics/plan/prices.properties"));
    Path file = directory.resolve("prices.properties");
    Files.writeString(
        file,
        prices.replace("us-east-1", "eu-south-1").replace("dashboard = 3.00", "dashboard = 7"));

    assertThat(plan("--prices=" + file))
        .contains("prices of eu-south-1 on ")
        .containsPattern("Dashboard +1 +7.00\n");
  }

  @Test
  void variablesSetFlags() {
    Terminal set = new Terminal(Map.of("PLAN_NODES", "7", "PUBLISH_INTERVAL", "2m"));

    assertThat(set.run("plan")).isEqualTo(Cli.OK);
    assertThat(set.out()).startsWith("Nodes     7; each node sends every 2 minutes\n");
  }

  @Test
  void numberOfNodesMustBeGiven() {
    assertThat(terminal.refusal("plan"))
        .contains("--nodes is not given")
        .doesNotContain("expected");
  }

  @Test
  void repeatedFlagCausesOneMessage() {
    assertThat(terminal.refusal("plan", "--nodes=1", "--nodes=2"))
        .contains("--nodes is given 2 times")
        .doesNotContain("not given");
  }

  @Test
  void allProblemsAreReportedTogether() throws IOException {
    Path bad = Files.writeString(directory.resolve("bad"), "dashboard = free");

    assertThat(
            terminal.refusal(
                "plan", "--nodes=0", "--publish-interval=90s", "--zones=-1", "--prices=" + bad))
        .contains("--nodes '0': expected a whole number from 1 to 100000")
        .contains("--publish-interval '90s': expected whole minutes")
        .contains("--zones '-1'")
        .contains("dashboard 'free': expected dollars", "region is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "/nowhere/prices, no such file",
    "/, Is a directory",
    "a\0b, not the name of a file",
    "/dev/zero, is not the name of a price"
  })
  void fileWithoutPricesIsRejected(String file, String why) {
    assertThat(terminal.refusal("plan", "--nodes=1", "--prices=" + file))
        .contains("--prices '", why)
        .doesNotContain("Exception");
  }

  private String plan(String... more) {
    String[] arguments = with(more, "plan", "--nodes=1000");
    assertThat(terminal.run(arguments)).as(terminal.err()).isEqualTo(Cli.OK);
    return terminal.out();
  }

  private String json(String... more) {
    return plan(with(more, "--output=json"));
  }

  private static String[] with(String[] more, String... first) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }
}
