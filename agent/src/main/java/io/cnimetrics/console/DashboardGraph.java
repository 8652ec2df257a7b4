package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.DashboardBody.Cluster;
import io.cnimetrics.text.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A graph of a dashboard. The graph shows lines over time and the thresholds of alarms. */
final class DashboardGraph {
  static final int PERIOD_SECONDS = 60;

  private final Cluster cluster;
  private final String title;
  private final String unit;
  private final List<Line> lines = new ArrayList<>();
  private final List<Alarm> limits = new ArrayList<>();
  private boolean stacked;

  private record Line(String label, Formula formula, Cluster cluster) {}

  /**
   * @param cluster the cluster of all lines that do not name another cluster
   * @param unit the label of the vertical axis
   */
  DashboardGraph(Cluster cluster, String title, String unit) {
    this.cluster = cluster;
    this.title = title;
    this.unit = unit;
  }

  DashboardGraph line(String label, Formula formula) {
    return line(label, formula, cluster);
  }

  DashboardGraph line(String label, Formula formula, Cluster of) {
    lines.add(new Line(label, formula, of));
    return this;
  }

  /** Adds a line with the cluster's total per minute. */
  DashboardGraph perMinute(String label, Metric metric) {
    return line(label, Formula.total(metric).perMinute());
  }

  /** Adds the threshold of an alarm. */
  DashboardGraph limit(Alarm alarm) {
    limits.add(alarm);
    return this;
  }

  DashboardGraph stacked() {
    stacked = true;
    return this;
  }

  /**
   * The properties of the graph, in the form that CloudWatch expects.
   *
   * @param thresholds converts a threshold to a number, or to a template parameter
   */
  Map<String, Object> properties(String namespace, Function<Threshold, String> thresholds) {
    List<Object> drawn = new ArrayList<>();
    limits.forEach(alarm -> drawn.add(limit(alarm, thresholds)));
    Optional<?> annotations =
        Optional.of(object("horizontal", drawn)).filter(any -> !drawn.isEmpty());
    Map<String, Object> axis = object("min", 0, "label", unit, "showUnits", false);
    String region = cluster.region();
    List<Object> metrics = metrics(namespace);
    return object(
        "title", title,
        "region", region,
        "view", "timeSeries",
        "stacked", Optional.of(stacked).filter(is -> is),
        "period", PERIOD_SECONDS,
        "yAxis", object("left", axis),
        "annotations", annotations,
        "metrics", metrics);
  }

  static Map<String, Object> limit(Alarm alarm, Function<Threshold, String> thresholds) {
    String value = thresholds.apply(alarm.threshold());
    String limit = alarm.severity().label() + " " + alarm.comparison().words() + " " + value;
    String label = limit + ": " + alarm.text().title();
    String colour = alarm.severity().colour();
    return object("label", label, "value", new Json.Raw(value), "color", colour);
  }

  private List<Object> metrics(String namespace) {
    List<Object> metrics = new ArrayList<>();
    List<Cluster> clusters = lines.stream().map(Line::cluster).distinct().toList();
    Set<String> ids = new HashSet<>();
    for (Line line : lines) {
      String suffix = clusters.size() == 1 ? "" : "_" + (clusters.indexOf(line.cluster()) + 1);
      for (ClusterSeries series : line.formula().series()) {
        String id = series.id() + suffix;
        if (ids.add(id)) {
          metrics.add(series(namespace, series, id, line));
        }
      }
      if (!line.formula().plain()) {
        metrics.add(
            List.of(
                object(
                    "expression", line.formula().expression(suffix),
                    "id", "e%d".formatted(metrics.size() + 1),
                    "label", line.label(),
                    "region", otherRegion(line))));
      }
    }
    return metrics;
  }

  private List<Object> series(String namespace, ClusterSeries series, String id, Line line) {
    boolean plain = line.formula().plain();
    Optional<String> label = Optional.of(line.label()).filter(text -> plain);
    return List.of(
        namespace,
        series.metric().name(),
        ClusterSeries.CLUSTER,
        line.cluster().clusterId(),
        object(
            "id", id,
            "stat", series.statistic().label(),
            "label", label,
            "visible", Optional.of(false).filter(hidden -> !plain),
            "region", otherRegion(line),
            "accountId", line.cluster().accountId()));
  }

  /** The region of a line; empty if the graph has the same region. */
  private Optional<String> otherRegion(Line line) {
    return Optional.of(line.cluster().region()).filter(its -> !its.equals(cluster.region()));
  }
}
