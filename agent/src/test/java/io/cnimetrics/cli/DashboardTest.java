package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardTest {
  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void printsTheBodyForOneCluster() {
    assertThat(terminal.output("dashboard", "--cluster-id=prod", "--region=eu-west-1"))
        .startsWith("{")
        .contains("\"CLUSTER_ID\",\"prod\"");
  }

  @Test
  void clusterAndRegionMayComeFromVariables() {
    Terminal withVariables =
        new Terminal(Map.of("AWS_CLUSTER_ID", "prod", "AWS_REGION", "eu-west-1"));

    assertThat(withVariables.output("dashboard")).contains("# prod, eu-west-1");
  }

  @Test
  void dashboardUsesTheNamespaceOfTheAgent() {
    terminal.run("dashboard", "--cluster-id=prod", "--region=eu-west-1", "--namespace=Net/Pods");

    assertThat(terminal.out()).contains("[\"Net/Pods\",\"ipamdUp\"").doesNotContain("Kubernetes/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--cluster-id=a,b --region=eu-west-1,us-east-1",
        "--cluster-id=a --cluster-id=b --region=eu-west-1 --region=us-east-1",
        "--cluster-id a --cluster-id b --region eu-west-1, us-east-1"
      })
  void severalClustersAreAListOrSeveralFlags(String flags) {
    terminal.run(("dashboard " + flags.replace(", ", ",")).split(" "));

    assertThat(terminal.out()).contains("# a, eu-west-1\\n", "# b, us-east-1\\n");
  }

  @Test
  void oneRegionAndOneAccountApplyToAllClusters() {
    terminal.run(
        "dashboard", "--cluster-id=a,b", "--region=eu-west-1", "--account-id=111122223333");

    assertThat(terminal.out())
        .contains("# a, eu-west-1, account 111122223333", "# b, eu-west-1, account 111122223333")
        .contains("\"accountId\": \"111122223333\"");
  }

  @Test
  void clusterAndRegionMustBeGiven() {
    assertThat(terminal.refusal("dashboard"))
        .contains(
            "--cluster-id is not given: set this flag or the environment variable AWS_CLUSTER_ID",
            "--region is not given: set this flag or the environment variable AWS_REGION");
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertThat(
            terminal
                .refusal(
                    "dashboard",
                    "--cluster-id=a\"b",
                    "--region=Europe",
                    "--account-id=12",
                    "--namespace=AWS/EC2",
                    "--subnets=maybe")
                .lines())
        .hasSize(6)
        .anyMatch(line -> line.contains("--cluster-id 'a\"b': expected 1 to 128"))
        .anyMatch(line -> line.contains("--region 'Europe'"))
        .anyMatch(line -> line.contains("--account-id '12'"))
        .anyMatch(line -> line.contains("--namespace 'AWS/EC2'"))
        .anyMatch(line -> line.contains("--subnets 'maybe'"));
  }

  @Test
  void listsOfDifferentLengthsAreBad() {
    assertThat(terminal.refusal("dashboard", "--cluster-id=a,b,c", "--region=eu-west-1,us-east-1"))
        .contains("3 clusters, 2 regions, 0 accounts: give lists of equal length");
  }

  @Test
  void clusterGivenTwiceIsBad() {
    assertThat(terminal.refusal("dashboard", "--cluster-id=a,a", "--region=eu-west-1"))
        .contains("cluster 'a' in eu-west-1 is given twice");
  }

  @Test
  void sameNameInTwoRegionsIsTwoClusters() {
    assertThat(terminal.run("dashboard", "--cluster-id=a", "--region=eu-west-1,us-east-1"))
        .isZero();
  }

  @Test
  void moreClustersThanFitOneDashboardAreBad() {
    String many = String.join(",", Collections.nCopies(16, "a"));

    assertThat(terminal.refusal("dashboard", "--cluster-id=" + many, "--region=eu-west-1"))
        .contains("16 clusters are too many: a dashboard of clusters shows at most 15; --fleet");
  }

  /** In a pod the variable AWS_CLUSTER_ID is set, but the dashboard of all clusters ignores it. */
  @Test
  void fleetNeedsNoCluster() {
    Terminal pod = new Terminal(Map.of("AWS_CLUSTER_ID", "prod", "AWS_REGION", "eu-west-1"));

    assertThat(pod.output("dashboard", "--fleet", "--namespace=Net/Pods"))
        .contains("# Which cluster of eu-west-1?", "{\\\"Net/Pods\\\",\\\"CLUSTER_ID\\\"}")
        .doesNotContain("prod", "Kubernetes/");
  }

  @Test
  void fleetHasTheClustersOfAllAccountsAndIsForCloudWatch() {
    assertThat(
            terminal.refusal(
                "dashboard", "--fleet", "--region=eu-west-1", "--account-id=111122223333"))
        .contains("--account-id cannot be used with --fleet");
    assertThat(terminal.refusal("dashboard", "--fleet", "--format=grafana"))
        .contains("--fleet needs --format cloudwatch");
  }

  @Test
  void nodesByNameNeedMoreWidgets() {
    String many = String.join(",", Collections.nCopies(15, "a"));

    assertThat(
            terminal.refusal("dashboard", "--cluster-id=" + many, "--region=eu-west-1", "--otlp"))
        .contains("15 clusters are too many: a dashboard of clusters shows at most 14; --fleet");
  }

  @Test
  void nodesOfOtherAccountsCannotBeNamed() {
    assertThat(
            terminal.refusal(
                "dashboard",
                "--cluster-id=a",
                "--region=eu-west-1",
                "--account-id=111122223333",
                "--otlp"))
        .contains("--otlp cannot be used with --account-id");
  }

  @Test
  void dashboardForGrafanaNeedsNoCluster() {
    assertThat(terminal.output("dashboard", "--format=grafana"))
        .contains("\"uid\": \"cni-metrics-agent\"", "\"$__all\"");
  }

  @Test
  void dashboardForGrafanaStartsWithTheGivenClusters() {
    assertThat(terminal.output("dashboard", "--format=grafana", "--cluster-id=a,b"))
        .contains("\"value\": [\"a\",\"b\"]");
  }

  @Test
  void grafanaRejectsFlagsOfCloudWatch() {
    assertThat(
            terminal
                .refusal(
                    "dashboard", "--format=grafana", "--account-id=111122223333", "--otlp=true")
                .lines())
        .anyMatch(line -> line.contains("--account-id needs --format cloudwatch"))
        .anyMatch(line -> line.contains("--otlp needs --format cloudwatch"));
  }
}
