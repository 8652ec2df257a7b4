package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.Stack;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlarmsTest {
  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void printsTheTemplateOfOneCluster() {
    assertThat(terminal.output("alarms", "--cluster-id=prod"))
        .startsWith("{\n \"AWSTemplateFormatVersion\"")
        .contains("\"Default\":\"prod\"")
        .doesNotContain("AWS::CloudWatch::Dashboard");
  }

  @Test
  void withoutClusterTheTemplateHasAParameter() {
    assertThat(terminal.output("alarms")).contains("\"ClusterId\": {");
  }

  @Test
  void dashboardIsAddedOnDemand() {
    terminal.run("alarms", "--with-dashboard", "--cluster-id=prod/a");

    assertThat(terminal.out()).contains("AWS::CloudWatch::Dashboard", "\"Default\":\"cni-prod-a\"");
  }

  @Test
  void eachSubnetGetsAnAlarm() {
    terminal.run("alarms", "--subnet-ids=subnet-0a", "--subnet-ids=subnet-0b");

    assertThat(terminal.out()).contains("\"SubnetEmpty0a\"", "\"SubnetEmpty0b\"", "subnet-0b");
  }

  @Test
  void alarmOfSubnetStaysTheSameResourceIfAnotherSubnetIsAddedOrRemoved() {
    JsonNode before = subnetAlarms("subnet-0a,subnet-0b");

    assertThat(subnetAlarms("subnet-0c,subnet-0b,subnet-0a").get("SubnetEmpty0b"))
        .isEqualTo(before.get("SubnetEmpty0b"));
    assertThat(subnetAlarms("subnet-0b").get("SubnetEmpty0b"))
        .isEqualTo(before.get("SubnetEmpty0b"));
  }

  @Test
  void templateIsWrittenWithoutIndentationIfItThenFitsTheLimitForText() {
    assertThat(terminal.run("alarms", "--with-dashboard", "--subnet-ids=" + subnets(2))).isZero();

    assertThat(terminal.out().getBytes(UTF_8)).hasSizeBetween(40_000, 51_200);
    assertThat(terminal.out().lines()).hasSize(1);
    assertThat(terminal.err()).isEmpty();
  }

  @Test
  void templateThatIsTooLargeForTextNamesTheBucket() {
    assertThat(terminal.run("alarms", "--with-dashboard", "--subnet-ids=" + subnets(20))).isZero();

    assertThat(RecordedNode.json(terminal.out()).get("Resources")).hasSizeGreaterThan(20);
    assertThat(terminal.err())
        .contains("the template has ", " 51,200 bytes as text", "--s3-bucket BUCKET")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({"prod, 97", "1, 97"})
  void compositeAlarmHasAtMostHundredChildren(String cluster, int most) {
    String[] fits = {"alarms", "--cluster-id=" + cluster, "--subnet-ids=" + subnets(most)};
    assertThat(terminal.run(fits)).isZero();
    assertThat(rule().split(" OR ")).hasSize(100);

    Terminal other = new Terminal(Map.of());
    assertThat(
            other.refusal("alarms", "--cluster-id=" + cluster, "--subnet-ids=" + subnets(most + 1)))
        .contains("--subnet-ids lists 98 subnets", "100 alarms", "list at most 97.");
  }

  @Test
  void ruleOfTheCompositeAlarmFitsItsLimitWithLongClusterNames() {
    String cluster = "c".repeat(100);
    Terminal other = new Terminal(Map.of());
    String message =
        other.refusal("alarms", "--cluster-id=" + cluster, "--subnet-ids=" + subnets(97));
    int most = Integer.parseInt(message.replaceAll("(?s).*list at most (\\d+)\\..*", "$1"));

    assertThat(terminal.run("alarms", "--cluster-id=" + cluster, "--subnet-ids=" + subnets(most)))
        .isZero();
    assertThat(rule()).hasSizeBetween(9_500, 10_240);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"subnet-", "subnet-0A", "0a", "subnet-0g", "subnet-0a ,", "subnet-0a/subnet-0b"})
  void invalidSubnetIdsAreRejected(String ids) {
    assertThat(terminal.refusal("alarms", "--subnet-ids=" + ids)).contains("--subnet-ids '");
  }

  @Test
  void rulesOfPrometheusSelectTheCluster() {
    assertThat(terminal.output("alarms", "--format=prometheus", "--cluster-id=prod/a b"))
        .startsWith("groups:\n  - name: \"cni-metrics-agent-prod/a b\"\n")
        .contains("cni_no_ip_address_seconds{cluster=\"prod/a b\"}[5m]")
        .doesNotContain("${");
    assertThat(terminal.out().lines().filter(line -> line.matches(".* cni_\\w+\\[.*"))).isEmpty();
  }

  @Test
  void rulesOfPrometheusNeedNoClusterAndNoRegion() {
    assertThat(terminal.output("alarms", "--format=prometheus"))
        .contains("max_over_time(cni_no_ip_address_seconds[5m])");
  }

  @Test
  void objectOfTheOperatorHasAValidName() {
    assertThat(terminal.output("alarms", "--format=prometheus-operator", "--cluster-id=Prod_EU."))
        .startsWith("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n")
        .contains("  name: cni-metrics-agent-prod-eu\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"promql", "prometheus", "prometheus-operator"})
  void dashboardAndListOfSubnetsNeedATemplate(String format) {
    assertThat(
            terminal.refusal(
                "alarms", "--format=" + format, "--with-dashboard", "--subnet-ids=subnet-0a"))
        .contains("--with-dashboard needs --format cloudformation")
        .contains("--subnet-ids needs --format cloudformation");
  }

  @Test
  void unknownFormatIsRejected() {
    assertThat(terminal.refusal("alarms", "--format=terraform"))
        .contains("--format 'terraform'", "prometheus-operator");
  }

  private static JsonNode subnetAlarms(String ids) {
    Terminal printed = new Terminal(Map.of());
    assertThat(printed.run("alarms", "--subnet-ids=" + ids)).isZero();
    return RecordedNode.json(printed.out()).get("Resources");
  }

  private static String subnets(int count) {
    return IntStream.range(0, count)
        .mapToObj("subnet-%017x"::formatted)
        .collect(Collectors.joining(","));
  }

  /** The rule of the composite alarm as CloudWatch gets it. */
  private String rule() {
    Map<?, ?> composite = Stack.of(terminal.out(), Map.of()).composites().get("PodsCannotStart");
    return String.valueOf(Objects.requireNonNull(composite).get("AlarmRule"));
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertThat(
            terminal
                .refusal(
                    "alarms",
                    "--cluster-id=",
                    "--region=Europe",
                    "--publish-interval=90s",
                    "--subnet-ids=subnet-0a,subnet-0a",
                    "--frob")
                .lines())
        .hasSize(6)
        .anyMatch(line -> line.contains("'--frob' of command alarms"))
        .anyMatch(line -> line.contains("--cluster-id is empty"))
        .anyMatch(line -> line.contains("--region 'Europe'"))
        .anyMatch(line -> line.contains("--publish-interval '90s'"))
        .anyMatch(line -> line.contains("a subnet is listed twice"));
  }
}
