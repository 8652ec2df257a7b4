package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.DashboardBody.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Arranges the widgets of a dashboard in rows. */
final class DashboardGrid {
  private static final int COLUMNS = 24;
  private static final int GRAPH_HEIGHT = 6;

  /** The number of subnets that a readable graph can show. */
  private static final int SHOWN_SUBNETS = 20;

  private final String namespace;
  private final Function<Threshold, String> thresholds;
  private final List<Object> widgets = new ArrayList<>();
  private int nextRow;

  /**
   * @param thresholds converts a threshold to a number, or to a template parameter
   */
  DashboardGrid(String namespace, Function<Threshold, String> thresholds) {
    this.namespace = namespace;
    this.thresholds = thresholds;
  }

  Map<String, Object> body() {
    // The console may choose longer periods, because CloudWatch keeps the data of single minutes
    // only for 15 days. The values of the lines do not depend on the period.
    return object("periodOverride", "auto", "widgets", widgets);
  }

  /** Adds a Markdown text that fills the whole width. */
  void text(int height, String markdown) {
    place("text", 0, COLUMNS, height, object("markdown", markdown));
    nextRow += height;
  }

  /** Adds a row of graphs of equal width. */
  void row(DashboardGraph... graphs) {
    row(Stream.of(graphs).map(graph -> graph.properties(namespace, thresholds)).toList());
  }

  /** Adds a graph of the free addresses of a cluster's subnets, and the present values. */
  void subnets(Cluster cluster) {
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
                SHOWN_SUBNETS);
    List<Object> metrics =
        List.of(
            List.of(object("expression", search, "id", "e1", "accountId", cluster.accountId())));
    Object limit = DashboardGraph.limit(AlarmTable.SUBNET_EMPTY, thresholds);
    Map<String, Object> limits = object("horizontal", List.of(limit));
    String region = cluster.region();
    int period = DashboardGraph.PERIOD_SECONDS;
    Map<String, Object> overTime =
        object(
            "title", "Free addresses of subnets, lowest first",
            "region", region,
            "view", "timeSeries",
            "period", period,
            "yAxis", object("left", object("min", 0, "showUnits", false)),
            "annotations", limits,
            "metrics", metrics);
    Map<String, Object> now =
        object(
            "title", "Free addresses now",
            "region", region,
            "view", "singleValue",
            "period", period,
            "metrics", metrics);
    row(List.of(overTime, now));
  }

  private void row(List<Map<String, Object>> row) {
    int width = COLUMNS / row.size();
    for (int i = 0; i < row.size(); i++) {
      place("metric", i * width, width, GRAPH_HEIGHT, row.get(i));
    }
    nextRow += GRAPH_HEIGHT;
  }

  private void place(String type, int x, int width, int height, Map<String, Object> properties) {
    widgets.add(
        object(
            "type", type,
            "x", x,
            "y", nextRow,
            "width", width,
            "height", height,
            "properties", properties));
  }
}
