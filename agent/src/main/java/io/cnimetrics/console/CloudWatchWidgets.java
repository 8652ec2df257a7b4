package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.PrometheusName;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.DashboardBody.Cluster;
import io.cnimetrics.console.DashboardGraph.Line;
import io.cnimetrics.text.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Converts graphs to the properties of CloudWatch's widgets.
 *
 * @param thresholds converts a threshold to a number, or to a template parameter
 */
record CloudWatchWidgets(String namespace, Function<Threshold, String> thresholds) {
  /**
   * The largest number of clusters in a table. CloudWatch shows at most 500 series in a widget. The
   * limits are in "CloudWatch search expression syntax" and "CloudWatch service quotas".
   */
  private static final int SHOWN_CLUSTERS = 100;

  private static final int PERIOD_SECONDS = 60;

  /** A graph over time, or of the present values. */
  Map<String, Object> of(DashboardGraph graph) {
    Map<String, Object> axis = object("min", 0, "label", graph.unit(), "showUnits", false);
    return object(
        "title", graph.title(),
        "region", graph.cluster().region(),
        "view", graph.isNow() ? "singleValue" : "timeSeries",
        "stacked", Optional.of(graph.isStacked()).filter(is -> is),
        "period", PERIOD_SECONDS,
        "yAxis", Optional.of(object("left", axis)).filter(any -> !graph.isNow()),
        "annotations", annotations(graph),
        "metrics", metrics(graph));
  }

  /**
   * A table with one row for each cluster or subnet, the worst row first. A search finds the
   * clusters of the region, including those of linked accounts.
   */
  Map<String, Object> table(DashboardGraph graph) {
    Line line = graph.lines().get(0);
    boolean ofSubnets = line.formula().isOfSubnets();
    String names = ofSubnets ? label(ClusterSeries.SUBNET) + " " : "";
    Map<String, Object> search = search(line);
    search.put("label", names + label(ClusterSeries.CLUSTER) + " ${PROP('AccountId')}");
    Map<String, Object> shown =
        object(
            "layout",
            "vertical",
            "showTimeSeriesData",
            false,
            "stickySummary",
            true,
            "summaryColumns",
            List.of(ofSubnets ? "MIN" : "MAX"));
    return object(
        "title", "%s (%s)".formatted(graph.title(), graph.unit()),
        "region", graph.cluster().region(),
        "view", "table",
        "table", shown,
        "period", PERIOD_SECONDS,
        "annotations", annotations(graph),
        "metrics", List.of(List.of(search)));
  }

  private static String label(String dimension) {
    return "${PROP('Dim.%s')}".formatted(dimension);
  }

  /**
   * A graph in PromQL, as in Amazon's CDK. The reference of CloudWatch's dashboards does not
   * describe labels and thresholds of such graphs.
   *
   * @param publishMinutes the agents' publish interval
   */
  static Map<String, Object> chart(DashboardGraph graph, int publishMinutes) {
    Cluster cluster = graph.cluster();
    Formula formula = graph.lines().get(0).formula();
    String lag = PromQuery.lag(publishMinutes) + "m";
    String only = cluster.isAny() ? GraphQueries.ANY : PrometheusName.equal(cluster.clusterId());
    GraphQueries queries = new GraphQueries(only, "", lag, publishMinutes);
    BigDecimal factor = PromQuery.factor(formula.series().get(0).metric().unit());
    String inUnit = factor.compareTo(BigDecimal.ONE) == 0 ? "" : " / " + factor.toPlainString();
    Object query =
        object(
            "id", "q1",
            "type", "cloudwatch-metrics",
            "language", "PromQL",
            "query", queries.of(formula) + inUnit,
            "step", PERIOD_SECONDS * publishMinutes);
    return object(
        "title", "%s (%s)".formatted(graph.title(), graph.unit()),
        "region", cluster.region(),
        "view", "timeSeries",
        "data", object("queries", List.of(query)));
  }

  private Optional<Object> annotations(DashboardGraph graph) {
    List<Object> limits = graph.limits().stream().<Object>map(this::limit).toList();
    return limits.isEmpty() ? Optional.empty() : Optional.of(object("horizontal", limits));
  }

  private Map<String, Object> limit(Alarm alarm) {
    String value = thresholds.apply(alarm.threshold());
    String label = DashboardGraph.label(alarm, value);
    return object("label", label, "value", new Json.Raw(value), "color", alarm.severity().colour);
  }

  private List<Object> metrics(DashboardGraph graph) {
    List<Object> metrics = new ArrayList<>();
    List<Cluster> clusters = graph.lines().stream().map(Line::cluster).distinct().toList();
    Set<String> ids = new HashSet<>();
    for (Line line : graph.lines()) {
      if (line.formula().isOfSubnets()) {
        metrics.add(List.of(search(line)));
        continue;
      }
      String region = line.cluster().region();
      Optional<String> otherRegion =
          Optional.of(region).filter(any -> !any.equals(graph.cluster().region()));
      String suffix = clusters.size() == 1 ? "" : "_" + (clusters.indexOf(line.cluster()) + 1);
      for (ClusterSeries series : line.formula().series()) {
        String id = series.id() + suffix;
        if (ids.add(id)) {
          metrics.add(series(series, id, line, otherRegion));
        }
      }
      if (!line.formula().plain()) {
        metrics.add(
            List.of(
                object(
                    "expression", line.formula().expression(suffix),
                    "id", "e%d".formatted(metrics.size() + 1),
                    "label", line.label(),
                    "region", otherRegion)));
      }
    }
    return metrics;
  }

  private List<Object> series(
      ClusterSeries series, String id, Line line, Optional<String> otherRegion) {
    boolean plain = line.formula().plain();
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
            Optional.of(line.label()).filter(any -> plain),
            "visible",
            Optional.of(false).filter(any -> !plain),
            "region",
            otherRegion,
            "accountId",
            line.cluster().accountId()));
  }

  /** A search for subnets or clusters, because the dashboard does not know their names. */
  private Map<String, Object> search(Line line) {
    ClusterSeries series = line.formula().series().get(0);
    Cluster cluster = line.cluster();
    boolean ofSubnets = line.formula().isOfSubnets();
    String found =
        ofSubnets
            ? found(namespace, series.metric(), ClusterSeries.CLUSTER, ClusterSeries.SUBNET)
            : found(namespace, series.metric(), ClusterSeries.CLUSTER);
    String only =
        cluster.isAny()
            ? ""
            : " \"%s\"=\"%s\"".formatted(ClusterSeries.CLUSTER, cluster.clusterId());
    String order =
        ofSubnets ? "MIN, ASC, " + DashboardGraph.SHOWN_SUBNETS : "MAX, DESC, " + SHOWN_CLUSTERS;
    String search =
        "SORT(SEARCH('%s%s', '%s'), %s)".formatted(found, only, series.statistic().label, order);
    return object("expression", search, "id", "e1", "accountId", cluster.accountId());
  }

  /** The search for a metric's series with exactly the given dimensions. */
  static String found(String namespace, Metric metric, String... dimensions) {
    return "{\"%s\",\"%s\"} MetricName=\"%s\""
        .formatted(namespace, String.join("\",\"", dimensions), metric.name());
  }
}
