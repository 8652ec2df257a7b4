package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
  private static final String PER_NODE = "--dimensions=CLUSTER_ID;CLUSTER_ID,NODE";

  @TempDir Path directory;

  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void metricsPerNodeGiveAWarningInDollars() {
    assertThat(plan(PER_NODE, "--metrics=core"))
        .contains("\nMetrics   6,006 billed\n")
        .contains("makes 1,000 × 6 = 6,000 metrics, which cost", "$1,800.00 a month");
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
  void planWithoutTheClusterSetGivesAWarning() {
    assertThat(plan("--dimensions=NODE")).contains("no set is CLUSTER_ID alone");
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
    assertThat(terminal.run("plan")).isEqualTo(Cli.USAGE);
    assertThat(terminal.err()).contains("--nodes is not given").doesNotContain("expected");
  }

  @Test
  void allProblemsAreReportedTogether() throws IOException {
    Path bad = Files.writeString(directory.resolve("bad"), "dashboard = free");

    assertThat(
            terminal.run(
                "plan", "--nodes=0", "--publish-interval=90s", "--zones=-1", "--prices=" + bad))
        .isEqualTo(Cli.USAGE);
    assertThat(terminal.err())
        .contains("--nodes '0': expected a whole number from 1 to 100000")
        .contains("--publish-interval '90s': expected whole minutes")
        .contains("--zones '-1'")
        .contains("dashboard 'free': expected dollars", "region is missing");
    assertThat(terminal.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nowhere/prices", "/", "a\0b", "/dev/zero"})
  void fileWithoutPricesIsRejected(String file) {
    assertThat(terminal.run("plan", "--nodes=1", "--prices=" + file)).isEqualTo(Cli.USAGE);
    assertThat(terminal.err()).contains("--prices '");
  }

  private String plan(String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "plan";
    arguments[1] = "--nodes=1000";
    System.arraycopy(more, 0, arguments, 2, more.length);
    assertThat(terminal.run(arguments)).as(terminal.err()).isEqualTo(Cli.OK);
    return terminal.out();
  }

  private String json(String... more) {
    String[] arguments = new String[more.length + 1];
    arguments[0] = "--output=json";
    System.arraycopy(more, 0, arguments, 1, more.length);
    return plan(arguments);
  }
}
