package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.PrometheusName;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the formulas of graphs in PromQL, in base units.
 *
 * @param cluster the condition of the label {@code cluster}, such as {@code ="prod"}
 * @param node the condition of the label {@code node}
 * @param range the length of the time before each point of a graph; the point shows the highest
 *     value of this time
 * @param publishMinutes the agents' publish interval
 */
record GraphQueries(String cluster, String node, String range, int publishMinutes) {
  /** The condition for all clusters. */
  static final String ANY = "=~\".+\"";

  /** The number of nodes that a readable graph or table can show. */
  private static final int SHOWN_NODES = 10;

  /** The labels that name a node. Nodes of two clusters can have the same name. */
  private static final String NODE = "cluster, node";

  String of(Formula formula) {
    String value =
        formula.series().stream()
            .map(this::series)
            .collect(Collectors.joining(formula.operator().sign));
    if (formula.isPerMinute() && formula.series().get(0).metric().kind() == Kind.COUNTER) {
      return (formula.series().size() == 1 ? "60 * %s" : "60 * (%s)").formatted(value);
    }
    return value;
  }

  private String series(ClusterSeries series) {
    String metric = latest(series.metric());
    return switch (series.statistic()) {
      case SUM ->
          series.metric().kind() == Kind.COUNTER
              ? "sum(rate(%s[%s]))".formatted(metric(series.metric()), range)
              : "sum(%s)".formatted(metric);
      case NODES -> "count(%s)".formatted(metric);
      case NODES_ABOVE_ZERO -> "sum(%s > bool 0)".formatted(metric);
      case AVERAGE -> "avg(%s)".formatted(metric);
      case P90 -> "quantile(0.9, %s)".formatted(metric);
      case MAXIMUM -> worstNodes(series.metric(), NODE);
      case MINIMUM ->
          "bottomk(%d, min by (cluster, subnet_id) (%s))"
              .formatted(DashboardGraph.SHOWN_SUBNETS, metric);
    };
  }

  /**
   * The nodes with the highest values.
   *
   * @param labels the labels of the result
   */
  String worstNodes(Metric metric, String labels) {
    return "topk(%d, %s)".formatted(SHOWN_NODES, worst(metric, labels));
  }

  /** The highest value of each cluster or node in the range. */
  String worst(Metric metric, String labels) {
    return "max by (%s) (max_over_time(%s[%s]))".formatted(labels, metric(metric), range);
  }

  /** The last value. Without a range, Prometheus ignores points older than five minutes. */
  private String latest(Metric metric) {
    return publishMinutes == 1
        ? metric(metric)
        : "last_over_time(%s[%dm])".formatted(metric(metric), PromQuery.lag(publishMinutes));
  }

  private String metric(Metric metric) {
    Map<String, String> conditions = new TreeMap<>();
    metric
        .prometheus()
        .labels()
        .forEach((label, value) -> conditions.put(label, PrometheusName.equal(value)));
    conditions.put("cluster", cluster);
    if (!metric.isOfSubnet() && !node.isEmpty()) {
      conditions.put("node", node);
    }
    return conditions.entrySet().stream()
        .map(condition -> condition.getKey() + condition.getValue())
        .collect(Collectors.joining(",", metric.prometheus().family() + "{", "}"));
  }
}
