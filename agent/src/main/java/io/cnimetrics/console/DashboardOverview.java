package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.DashboardBody.Cluster;
import io.cnimetrics.console.DashboardWidget.Graph;
import io.cnimetrics.console.DashboardWidget.Line;
import java.util.List;

/** Compares several clusters, to show which one needs attention. */
final class DashboardOverview {
  private final List<Cluster> clusters;

  DashboardOverview(List<Cluster> clusters) {
    this.clusters = clusters;
  }

  void addTo(DashboardGrid grid) {
    grid.text(2, DashboardTexts.OVERVIEW);
    grid.row(
        graph("Pods refused: for how long", "minutes", worst(MetricCatalog.NO_ADDRESS_MINUTES))
            .limits(AlarmTable.NO_ADDRESS),
        graph("ipamD down: for how long", "minutes", worst(MetricCatalog.IPAMD_DOWN_MINUTES))
            .limits(AlarmTable.IPAMD_DOWN),
        graph(
            "Nodes reporting",
            "nodes",
            Formula.of(ClusterStatistic.NODES, MetricCatalog.IPAMD_UP).perMinute()),
        graph(
            "Fullest node",
            "percent of its effective maximum",
            worst(MetricCatalog.NODE_IP_UTILIZATION)));
  }

  private static Formula worst(Metric metric) {
    return Formula.of(ClusterStatistic.MAXIMUM, metric);
  }

  private Graph graph(String title, String unit, Formula formula) {
    List<Line> lines =
        clusters.stream().map(cluster -> new Line(label(cluster), formula, cluster)).toList();
    return new Graph(title, unit, false, lines, List.of());
  }

  private static String label(Cluster cluster) {
    return cluster.clusterId()
        + " "
        + cluster.region()
        + cluster.accountId().map(account -> " " + account).orElse("");
  }
}
