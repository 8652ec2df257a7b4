package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.PrometheusName;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.DashboardBody.Cluster;
import io.cnimetrics.text.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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

  /**
   * The number of clusters in a table. CloudWatch shows at most 500 series in a widget. The limits
   * are in "CloudWatch search expression syntax" and "CloudWatch service quotas".
   */
  private static final int SHOWN_CLUSTERS = 100;

  private static final int PERIOD_SECONDS = 60;

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

  /**
   * The properties of the graph, in the form that CloudWatch expects.
   *
   * @param thresholds converts a threshold to a number, or to a template parameter
   */
  Map<String, Object> properties(String namespace, Function<Threshold, String> thresholds) {
    Map<String, Object> axis = object("min", 0, "label", unit, "showUnits", false);
    return object(
        "title", title,
        "region", cluster.region(),
        "view", isNow ? "singleValue" : "timeSeries",
        "stacked", Optional.of(isStacked).filter(is -> is),
        "period", PERIOD_SECONDS,
        "yAxis", Optional.of(object("left", axis)).filter(any -> !isNow),
        "annotations", annotations(thresholds),
        "metrics", metrics(namespace));
  }

  /**
   * The properties of a table with one row for each cluster or subnet, the worst row first. A
   * search finds the clusters of the region, including those of linked accounts.
   */
  Map<String, Object> table(String namespace, Function<Threshold, String> thresholds) {
    Line line = lines.get(0);
    String names = line.formula().isOfSubnets() ? label(ClusterSeries.SUBNET) + " " : "";
    Map<String, Object> search = search(namespace, line);
    search.put("label", names + label(ClusterSeries.CLUSTER) + " ${PROP('AccountId')}");
    String worst = line.formula().isOfSubnets() ? "MIN" : "MAX";
    Map<String, Object> shown = object("layout", "vertical", "showTimeSeriesData", false);
    shown.putAll(object("stickySummary", true, "summaryColumns", List.of(worst)));
    return object(
        "title", "%s (%s)".formatted(title, unit),
        "region", cluster.region(),
        "view", "table",
        "table", shown,
        "period", PERIOD_SECONDS,
        "annotations", annotations(thresholds),
        "metrics", List.of(List.of(search)));
  }

  private static String label(String dimension) {
    return "${PROP('Dim.%s')}".formatted(dimension);
  }

  private Optional<Object> annotations(Function<Threshold, String> thresholds) {
    List<Object> drawn = new ArrayList<>();
    limits.forEach(alarm -> drawn.add(limit(alarm, thresholds)));
    return drawn.isEmpty() ? Optional.empty() : Optional.of(object("horizontal", drawn));
  }

  private static Map<String, Object> limit(Alarm alarm, Function<Threshold, String> thresholds) {
    String value = thresholds.apply(alarm.threshold());
    String colour = alarm.severity().colour;
    return object("label", label(alarm, value), "value", new Json.Raw(value), "color", colour);
  }

  /**
   * The properties of the graph in PromQL, as in Amazon's CDK. The reference of CloudWatch's
   * dashboards does not describe labels and thresholds of such graphs.
   *
   * @param publishMinutes the agents' publish interval
   */
  Map<String, Object> chart(int publishMinutes) {
    Line line = lines.get(0);
    String lag = PromQuery.lag(publishMinutes) + "m";
    String only = cluster.isAny() ? GraphQueries.ANY : PrometheusName.equal(cluster.clusterId());
    GraphQueries queries = new GraphQueries(only, "", lag, publishMinutes);
    BigDecimal factor = PromQuery.factor(line.formula().series().get(0).metric().unit());
    String inUnit = factor.compareTo(BigDecimal.ONE) == 0 ? "" : " / " + factor.toPlainString();
    Object query =
        object(
            "id", "q1",
            "type", "cloudwatch-metrics",
            "language", "PromQL",
            "query", queries.of(line.formula()) + inUnit,
            "step", PERIOD_SECONDS * publishMinutes);
    return object(
        "title", "%s (%s)".formatted(title, unit),
        "region", cluster.region(),
        "view", "timeSeries",
        "data", object("queries", List.of(query)));
  }

  /** The label of an alarm's threshold, which states the condition of the alarm. */
  static String label(Alarm alarm, String threshold) {
    return "%s %s %s: %s"
        .formatted(
            alarm.severity().label(), alarm.comparison().words, threshold, alarm.text().title());
  }

  private List<Object> metrics(String namespace) {
    List<Object> metrics = new ArrayList<>();
    List<Cluster> clusters = lines.stream().map(Line::cluster).distinct().toList();
    Set<String> ids = new HashSet<>();
    for (Line line : lines) {
      if (line.formula().isOfSubnets()) {
        metrics.add(List.of(search(namespace, line)));
        continue;
      }
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

  /** A search for subnets or clusters, because the dashboard does not know their names. */
  private static Map<String, Object> search(String namespace, Line line) {
    ClusterSeries series = line.formula().series().get(0);
    Cluster of = line.cluster();
    String only =
        of.isAny() ? "" : " \"%s\"=\"%s\"".formatted(ClusterSeries.CLUSTER, of.clusterId());
    String order =
        line.formula().isOfSubnets()
            ? "MIN, ASC, " + SHOWN_SUBNETS
            : "MAX, DESC, " + SHOWN_CLUSTERS;
    String search =
        "SORT(SEARCH('%s%s', '%s'), %s)"
            .formatted(
                series.metric().isOfSubnet()
                    ? found(namespace, series.metric(), ClusterSeries.CLUSTER, ClusterSeries.SUBNET)
                    : found(namespace, series.metric(), ClusterSeries.CLUSTER),
                only,
                series.statistic().label,
                order);
    return object("expression", search, "id", "e1", "accountId", of.accountId());
  }

  /** The search for a metric's series with exactly the given dimensions. */
  static String found(String namespace, Metric metric, String... dimensions) {
    return "{\"%s\",\"%s\"} MetricName=\"%s\""
        .formatted(namespace, String.join("\",\"", dimensions), metric.name());
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
            "id",
            id,
            "stat",
            series.statistic().label,
            "label",
            label,
            "visible",
            Optional.of(false).filter(hidden -> !plain),
            "region",
            otherRegion(line),
            "accountId",
            line.cluster().accountId()));
  }

  /** The region of a line; empty if it is the region of the graph. */
  private Optional<String> otherRegion(Line line) {
    return Optional.of(line.cluster().region()).filter(its -> !its.equals(cluster.region()));
  }
}
