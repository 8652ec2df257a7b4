package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.console.DashboardGraph.Line;
import io.cnimetrics.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Converts graphs to panels of Grafana.
 *
 * @param publishMinutes the agents' publish interval
 */
record GrafanaPanels(int publishMinutes) {
  /** The variable that selects the data source. */
  static final Map<String, Object> DATA_SOURCE =
      object("type", "prometheus", "uid", "${datasource}");

  private static final String NUMBER = "short";
  private static final String CLUSTER = "=~\"$cluster\"";
  private static final String NODE = "=~\"$node\"";

  /** The labels of a node, in the order of the table's columns. */
  private static final List<String> LABELS =
      List.of("node", "cluster", "zone", "instance", "instance_type");

  private static final String ONLY_THIS_CLUSTER =
      "/d/${__dashboard.uid}?${datasource:queryparam}&${__url_time_range}"
          + "&var-cluster=${__data.fields.cluster}&var-node=";

  /** A panel with a graph over time, or with the present values. */
  Map<String, Object> of(DashboardGraph graph) {
    GraphQueries queries = new GraphQueries(CLUSTER, NODE, "$__rate_interval", publishMinutes);
    List<Object> targets = new ArrayList<>();
    for (Line line : graph.lines()) {
      targets.add(
          object(
              "refId", refId(targets.size()),
              "expr", queries.of(line.formula()),
              "legendFormat", legend(line),
              "interval", leastMinutes(graph) + "m",
              "instant", graph.isNow(),
              "range", !graph.isNow()));
    }
    return object(
        "type", graph.isNow() ? "stat" : "timeseries",
        "title", graph.title(),
        "description", description(graph),
        "links", links(graph),
        "datasource", DATA_SOURCE,
        "targets", targets,
        "fieldConfig", object("defaults", defaults(graph), "overrides", List.of()),
        "options", options(graph));
  }

  private static Map<String, Object> options(DashboardGraph graph) {
    if (graph.isNow()) {
      Object last = object("calcs", List.of("lastNotNull"));
      return object("reduceOptions", last, "colorMode", "none");
    }
    Object legend =
        object(
            "displayMode", "list", "placement", "bottom", "showLegend", true, "calcs", List.of());
    return object("legend", legend, "tooltip", object("mode", "multi", "sort", "desc"));
  }

  /**
   * The shortest time between two points of a graph. Grafana calculates rates over at least four
   * times this time. If a graph shows one counter and its alarm, Grafana's rate covers the minutes
   * of the alarm.
   */
  private int leastMinutes(DashboardGraph graph) {
    return graph.limits().stream()
        .filter(alarm -> graph.lines().size() == 1 && metric(graph).kind() == Kind.COUNTER)
        .mapToInt(alarm -> 1 + alarm.evaluation().periods() / 4)
        .reduce(publishMinutes, Math::max);
  }

  private static Map<String, Object> defaults(DashboardGraph graph) {
    Map<String, Object> custom =
        object(
            "lineWidth", 1,
            "fillOpacity", graph.isStacked() ? 80 : 0,
            "stacking", object("mode", graph.isStacked() ? "normal" : "none", "group", "A"),
            "axisLabel", axisLabel(graph),
            "thresholdsStyle", object("mode", graph.limits().isEmpty() ? "off" : "line"));
    return object(
        "unit", unit(graph),
        "min", 0,
        "noValue", noValue(graph),
        "thresholds", thresholds(graph, "transparent"),
        "custom", Optional.of(custom).filter(any -> !graph.isNow()));
  }

  private static Optional<String> axisLabel(DashboardGraph graph) {
    return Optional.of(graph.unit()).filter(any -> unit(graph).equals(NUMBER));
  }

  private static Optional<String> noValue(DashboardGraph graph) {
    return Optional.of("No data: the agents report subnets only with --subnets")
        .filter(any -> graph.lines().get(0).formula().isOfSubnets());
  }

  private static Optional<String> description(DashboardGraph graph) {
    return graph.limits().stream()
        .findFirst()
        .map(alarm -> "Line: " + DashboardGraph.label(alarm, threshold(alarm)) + ".");
  }

  private static List<Object> links(DashboardGraph graph) {
    return graph.limits().stream()
        .<Object>map(alarm -> GrafanaDashboard.link("Runbook", Alarm.runbook(alarm.name())))
        .toList();
  }

  /** The threshold in the unit that people use, such as minutes. */
  private static String threshold(Alarm alarm) {
    Unit unit = alarm.unit();
    String number = String.valueOf(alarm.threshold().value());
    return unit == Unit.MINUTES ? number + " min" : unit == Unit.PERCENT ? number + " %" : number;
  }

  /**
   * @param otherwise the colour of values below the threshold
   */
  private static Map<String, Object> thresholds(DashboardGraph graph, String otherwise) {
    List<Object> steps = new ArrayList<>();
    steps.add(object("color", otherwise, "value", new Json.Raw("null")));
    for (Alarm alarm : graph.limits()) {
      String value = PromQuery.number(alarm.threshold(), alarm.unit());
      steps.add(object("color", alarm.severity().colour, "value", new Json.Raw(value)));
    }
    return object("mode", "absolute", "steps", steps);
  }

  /** The name of the base unit in Grafana. */
  private static String unit(DashboardGraph graph) {
    Formula formula = graph.lines().get(0).formula();
    ClusterSeries first = formula.series().get(0);
    if (first.statistic().countsNodes()) {
      return NUMBER;
    }
    return switch (formula.isPercent() ? Unit.PERCENT : first.metric().unit()) {
      case COUNT -> NUMBER;
      case PERCENT -> "percentunit";
      case MILLISECONDS, MINUTES -> "s";
    };
  }

  private static String legend(Line line) {
    return switch (line.formula().series().get(0).statistic()) {
      case MAXIMUM -> "{{cluster}} {{node}}";
      case MINIMUM -> "{{subnet_id}}";
      default -> line.label();
    };
  }

  private static Metric metric(DashboardGraph graph) {
    return graph.lines().get(0).formula().series().get(0).metric();
  }

  private static String refId(int number) {
    return String.valueOf((char) ('A' + number));
  }

  /** A table of the nodes with the highest values. Each graph is a column. */
  Map<String, Object> worstNodes(List<DashboardGraph> columns) {
    GraphQueries queries = new GraphQueries(CLUSTER, NODE, "$__range", publishMinutes);
    String labels = String.join(", ", LABELS);
    return worst(
        "node",
        LABELS,
        ONLY_THIS_CLUSTER + "${__data.fields.node}",
        columns,
        metric -> queries.worstNodes(metric, labels));
  }

  /** A table of all clusters, including clusters that the variable does not select. */
  Map<String, Object> worstClusters(List<DashboardGraph> columns) {
    GraphQueries queries = new GraphQueries(GraphQueries.ANY, "", "$__range", publishMinutes);
    return worst(
        "cluster",
        List.of("cluster"),
        ONLY_THIS_CLUSTER + "$__all",
        columns,
        metric -> queries.worst(metric, "cluster"));
  }

  /**
   * @param row the label that names a row
   * @param url shows the graphs of one row
   */
  private static Map<String, Object> worst(
      String row,
      List<String> labels,
      String url,
      List<DashboardGraph> columns,
      Function<Metric, String> queries) {
    List<Object> targets = new ArrayList<>();
    List<Object> overrides = new ArrayList<>(List.of(link(row, url)));
    List<Object> order = new ArrayList<>();
    Map<String, Object> names = new LinkedHashMap<>();
    Map<String, Object> positions = new LinkedHashMap<>();
    labels.forEach(label -> positions.put(label, positions.size()));
    for (DashboardGraph column : columns) {
      String refId = refId(targets.size());
      String query = queries.apply(metric(column));
      targets.add(
          object(
              "refId", refId, "expr", query, "format", "table", "instant", true, "range", false));
      overrides.add(override(column));
      order.add(object("displayName", column.title(), "desc", true));
      names.put("Value #" + refId, column.title());
      positions.put("Value #" + refId, positions.size());
    }
    return object(
        "type", "table",
        "title", "Worst %ss in the selected time".formatted(row),
        "description",
            "The highest value of each %1$s. A click on a %1$s selects this %1$s.".formatted(row),
        "datasource", DATA_SOURCE,
        "targets", targets,
        "transformations",
            List.of(object("id", "merge", "options", object()), organize(names, positions)),
        "fieldConfig", object("defaults", object(), "overrides", overrides),
        "options", object("showHeader", true, "cellHeight", "sm", "sortBy", order));
  }

  private static Object organize(Map<String, Object> names, Map<String, Object> positions) {
    Object options =
        object(
            "excludeByName", object("Time", true),
            "indexByName", positions,
            "renameByName", names);
    return object("id", "organize", "options", options);
  }

  private static Object override(DashboardGraph column) {
    return override(
        column.title(),
        object("id", "unit", "value", unit(column)),
        object("id", "thresholds", "value", thresholds(column, "text")),
        object("id", "custom.cellOptions", "value", object("type", "color-text")));
  }

  private static Object link(String row, String url) {
    Object link = object("title", "Show only this " + row, "url", url);
    return override(row, object("id", "links", "value", List.of(link)));
  }

  private static Object override(String field, Object... properties) {
    return object(
        "matcher", object("id", "byName", "options", field), "properties", List.of(properties));
  }
}
