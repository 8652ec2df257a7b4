package io.cnimetrics.console;

import io.cnimetrics.Goldens;
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
    Goldens.check("dashboard.json", DashboardBody.of(List.of(PROD), NAMESPACE, true));
  }

  @Test
  void dashboardOfSeveralClustersIsAsApproved() {
    DashboardBody.Cluster other =
        new DashboardBody.Cluster("batch", "us-east-1", Optional.of("111122223333"));
    Goldens.check(
        "dashboard-clusters.json", DashboardBody.of(List.of(PROD, other), NAMESPACE, false));
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

  /** The rules of the chart are for all clusters, because Prometheus runs in the cluster. */
  @Test
  void chartHasTheRules() {
    Path rules = Path.of("..", "daemonset", "chart", "files", "rules.yaml");

    Goldens.check(
        rules.toAbsolutePath().normalize().toString(), PrometheusRules.file(Optional.empty(), 1));
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
