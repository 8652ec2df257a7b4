package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.DashboardBody.Cluster;
import io.cnimetrics.console.DashboardWidget.Graph;
import io.cnimetrics.console.DashboardWidget.Line;
import io.cnimetrics.console.DashboardWidget.Placed;
import io.cnimetrics.console.DashboardWidget.Subnets;
import io.cnimetrics.console.DashboardWidget.Text;
import io.cnimetrics.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Writes widgets as CloudWatch expects them. */
final class DashboardJson {
  private static final int PERIOD_SECONDS = 60;

  private final String namespace;
  private final Function<Alarm.Threshold, String> thresholds;

  /**
   * @param thresholds converts a threshold to a number, or to a template parameter
   */
  DashboardJson(String namespace, Function<Alarm.Threshold, String> thresholds) {
    this.namespace = namespace;
    this.thresholds = thresholds;
  }

  Map<String, Object> body(List<Placed> widgets) {
    // The console may choose longer periods: every line shows the same at each of them, and
    // CloudWatch keeps one-minute data for 15 days only.
    return object("periodOverride", "auto", "widgets", widgets.stream().map(this::widget).toList());
  }

  private Map<String, Object> widget(Placed placed) {
    DashboardWidget widget = placed.widget();
    return object(
        "type", widget instanceof Text ? "text" : "metric",
        "x", placed.x(),
        "y", placed.y(),
        "width", placed.width(),
        "height", placed.height(),
        "properties", properties(widget));
  }

  private Map<String, Object> properties(DashboardWidget widget) {
    if (widget instanceof Graph graph) {
      return graph(graph);
    } else if (widget instanceof Subnets subnets) {
      return subnets(subnets);
    }
    return object("markdown", ((Text) widget).markdown());
  }

  private Map<String, Object> graph(Graph graph) {
    String region = graph.lines().get(0).cluster().region();
    return object(
        "title", graph.title(),
        "region", region,
        "view", "timeSeries",
        "stacked", graph.stacked(),
        "period", PERIOD_SECONDS,
        "yAxis", object("left", object("min", 0, "label", graph.unit(), "showUnits", false)),
        "annotations", annotations(graph.limits().stream().map(this::limit).toList()),
        "metrics", metrics(graph, region));
  }

  private List<Object> metrics(Graph graph, String region) {
    List<Object> metrics = new ArrayList<>();
    List<Cluster> clusters = graph.lines().stream().map(Line::cluster).distinct().toList();
    Set<String> ids = new LinkedHashSet<>();
    for (Line line : graph.lines()) {
      Cluster cluster = line.cluster();
      String behindIds = clusters.size() == 1 ? "" : "_" + (clusters.indexOf(cluster) + 1);
      Optional<String> otherRegion =
          Optional.of(cluster.region()).filter(its -> !its.equals(region));
      for (ClusterSeries series : line.formula().series()) {
        if (ids.add(series.id() + behindIds)) {
          metrics.add(series(series, line, behindIds, otherRegion));
        }
      }
      if (!line.formula().plain()) {
        metrics.add(
            List.of(
                object(
                    "expression",
                    line.formula().expression(behindIds),
                    "id",
                    "e" + (metrics.size() + 1),
                    "label",
                    line.label(),
                    "region",
                    otherRegion)));
      }
    }
    return metrics;
  }

  private List<Object> series(
      ClusterSeries series, Line line, String behindIds, Optional<String> otherRegion) {
    boolean shown = line.formula().plain();
    return List.of(
        namespace,
        series.metric().name(),
        ClusterSeries.CLUSTER,
        line.cluster().clusterId(),
        object(
            "id",
            series.id() + behindIds,
            "stat",
            series.statistic().label(),
            "label",
            shown ? Optional.of(line.label()) : Optional.empty(),
            "visible",
            shown ? Optional.empty() : Optional.of(false),
            "region",
            otherRegion,
            "accountId",
            line.cluster().accountId()));
  }

  private Map<String, Object> subnets(Subnets subnets) {
    Cluster cluster = subnets.cluster();
    String search =
        "SORT(SEARCH('{\"%s\",\"%s\",\"%s\"} MetricName=\"%s\" \"%s\"=\"%s\"', '%s'), MIN, ASC, %d)"
            .formatted(
                namespace,
                ClusterSeries.CLUSTER,
                ClusterSeries.SUBNET,
                MetricCatalog.SUBNET_FREE_IPS.name(),
                ClusterSeries.CLUSTER,
                cluster.clusterId(),
                ClusterStatistic.MINIMUM.label(),
                Subnets.SHOWN);
    return object(
        "title",
        subnets.title(),
        "region",
        cluster.region(),
        "view",
        subnets.now() ? "singleValue" : "timeSeries",
        "period",
        PERIOD_SECONDS,
        "yAxis",
        subnets.now()
            ? Optional.empty()
            : Optional.of(object("left", object("min", 0, "showUnits", false))),
        "annotations",
        subnets.now() ? Optional.empty() : annotations(List.of(limit(AlarmTable.SUBNET_EMPTY))),
        "metrics",
        List.of(
            List.of(object("expression", search, "id", "e1", "accountId", cluster.accountId()))));
  }

  private static Optional<Object> annotations(List<Map<String, Object>> limits) {
    return limits.isEmpty() ? Optional.empty() : Optional.of(object("horizontal", limits));
  }

  private Map<String, Object> limit(Alarm alarm) {
    String value = thresholds.apply(alarm.threshold());
    return object(
        "label",
            "%s %s %s: %s"
                .formatted(
                    alarm.severity().label(),
                    alarm.comparison().word(),
                    value,
                    alarm.text().title()),
        "value", new Json.Raw(value),
        "color", alarm.severity().colour());
  }
}
