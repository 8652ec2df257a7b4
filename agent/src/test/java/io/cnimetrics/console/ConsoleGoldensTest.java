package io.cnimetrics.console;

import io.cnimetrics.Goldens;
import io.cnimetrics.console.DashboardBody.Options;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsoleGoldensTest {
  private static final String NAMESPACE = "Kubernetes/CNI";
  private static final DashboardBody.Cluster PROD =
      new DashboardBody.Cluster("prod", "eu-west-1", Optional.empty());

  @Test
  void dashboardIsAsApproved() {
    Goldens.check(
        "dashboard.json", DashboardBody.of(List.of(PROD), NAMESPACE, new Options(true, false, 1)));
  }

  @Test
  void dashboardOfSeveralClustersIsAsApproved() {
    DashboardBody.Cluster other =
        new DashboardBody.Cluster("batch", "us-east-1", Optional.of("111122223333"));
    Goldens.check(
        "dashboard-clusters.json",
        DashboardBody.of(List.of(PROD, other), NAMESPACE, new Options(false, false, 1)));
  }

  @Test
  void dashboardOfAFleetIsAsApproved() {
    Goldens.check(
        "dashboard-fleet.json",
        DashboardBody.ofFleet(List.of("eu-west-1"), NAMESPACE, new Options(true, true, 5)));
  }

  @Test
  void alarmsAreAsApproved() {
    Goldens.check("alarms.json", AlarmTemplate.of(settings(1, List.of(), false)));
  }

  @Test
  void alarmsWithEverythingAreAsApproved() {
    Goldens.check(
        "alarms-everything.json",
        AlarmTemplate.of(settings(5, List.of("subnet-0a1", "subnet-0b2"), true)));
  }

  @Test
  void alarmsInPromqlAreAsApproved() {
    Goldens.check("alarms-promql.json", PromqlTemplate.of(settings(5, List.of(), false)));
  }

  @Test
  void rulesOfPrometheusAreAsApproved() {
    Goldens.check("alarms-prometheus.yaml", PrometheusRules.file(Optional.of("prod"), 5));
  }

  @Test
  void objectForTheOperatorIsAsApproved() {
    Goldens.check("alarms-operator.yaml", PrometheusRules.custom(Optional.of("prod_eu"), 1));
  }

  @Test
  void dashboardWithNodesByNameIsAsApproved() {
    Goldens.check(
        "dashboard-otlp.json",
        DashboardBody.of(List.of(PROD), NAMESPACE, new Options(false, true, 5)));
  }

  /** The dashboard of the chart is for all clusters of a Grafana. */
  @Test
  void chartHasTheDashboard() {
    checkChart("grafana-dashboard.json", GrafanaDashboard.of(List.of(), true, 1));
  }

  @Test
  void dashboardForGrafanaAtFiveMinutesIsAsApproved() {
    Goldens.check("dashboard-grafana.json", GrafanaDashboard.of(List.of("prod"), false, 5));
  }

  /** The rules of the chart are for all clusters, because Prometheus runs in the cluster. */
  @Test
  void chartHasTheRules() {
    checkChart("rules.yaml", PrometheusRules.file(Optional.empty(), 1));
  }

  private static void checkChart(String file, String text) {
    Path path = Path.of("..", "daemonset", "chart", "files", file);
    Goldens.check(path.toAbsolutePath().normalize().toString(), text);
  }

  private static AlarmTemplate.Settings settings(
      int publishMinutes, List<String> subnetIds, boolean dashboard) {
    return new AlarmTemplate.Settings(
        Optional.of("prod"),
        Optional.of("eu-west-1"),
        NAMESPACE,
        publishMinutes,
        subnetIds,
        dashboard);
  }
}
