package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.console.DashboardBody.Cluster;
import java.util.List;
import java.util.stream.Stream;

/**
 * A graph of a dashboard. The graph shows lines over time and the thresholds of alarms.
 *
 * @param cluster the cluster of all lines that do not name another cluster
 * @param unit the label of the vertical axis
 * @param limits the alarms whose thresholds the graph shows
 * @param isStacked whether the lines are stacked
 * @param isNow whether the graph shows only the present values, as numbers
 */
record DashboardGraph(
    Cluster cluster,
    String title,
    String unit,
    List<Line> lines,
    List<Alarm> limits,
    boolean isStacked,
    boolean isNow) {
  /** The number of subnets that a readable graph can show. */
  static final int SHOWN_SUBNETS = 20;

  /** One formula. In PromQL, a formula can have one line for each node or subnet. */
  record Line(String label, Formula formula, Cluster cluster) {}

  DashboardGraph(Cluster cluster, String title, String unit) {
    this(cluster, title, unit, List.of(), List.of(), false, false);
  }

  DashboardGraph line(String label, Formula formula) {
    return line(label, formula, cluster);
  }

  DashboardGraph line(String label, Formula formula, Cluster of) {
    List<Line> all = and(lines, new Line(label, formula, of));
    return new DashboardGraph(cluster, title, unit, all, limits, isStacked, isNow);
  }

  /** Adds a line with the cluster's total per minute. */
  DashboardGraph perMinute(String label, Metric metric) {
    return line(label, Formula.total(metric).perMinute());
  }

  DashboardGraph limit(Alarm alarm) {
    return new DashboardGraph(cluster, title, unit, lines, and(limits, alarm), isStacked, isNow);
  }

  DashboardGraph stacked() {
    return new DashboardGraph(cluster, title, unit, lines, limits, true, isNow);
  }

  DashboardGraph now() {
    return new DashboardGraph(cluster, title, unit, lines, limits, isStacked, true);
  }

  private static <T> List<T> and(List<T> list, T last) {
    return Stream.concat(list.stream(), Stream.of(last)).toList();
  }

  /**
   * Whether a line shows the starts of agents. Agents report starts only by {@code PutMetricData}.
   */
  boolean showsStarts() {
    return lines.stream()
        .flatMap(line -> line.formula().series().stream())
        .anyMatch(series -> series.metric().isOfStart());
  }

  /** The label of an alarm's threshold, which states the condition of the alarm. */
  static String label(Alarm alarm, String threshold) {
    return "%s %s %s: %s"
        .formatted(
            alarm.severity().label(), alarm.comparison().words, threshold, alarm.text().title());
  }
}
