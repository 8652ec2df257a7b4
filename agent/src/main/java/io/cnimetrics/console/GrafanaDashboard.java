package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.DashboardBody.Cluster;
import io.cnimetrics.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The dashboard for Grafana, with a data source that understands PromQL. The dashboard answers the
 * same questions as CloudWatch's dashboard. Cluster and node are variables.
 */
public final class GrafanaDashboard {
  /** The name in Grafana. The name is stable, so that a new import replaces the old dashboard. */
  private static final String UID = "cni-metrics-agent";

  /** The version of Grafana's format. Later releases of Grafana convert older versions. */
  private static final int SCHEMA = 39;

  private static final int COLUMNS = 24;
  private static final int GRAPH_HEIGHT = 8;
  private static final int TABLE_HEIGHT = 7;

  /** The height of two lines. */
  private static final int TEXT_HEIGHT = 2;

  private static final Map<String, Object> ALL =
      object("selected", true, "text", List.of("All"), "value", List.of("$__all"));

  private final GrafanaPanels source;
  private final List<Object> panels = new ArrayList<>();
  private int nextRow;

  private GrafanaDashboard(GrafanaPanels source) {
    this.source = source;
  }

  /**
   * Writes the dashboard.
   *
   * @param clusterIds the clusters that are selected at first; empty for all clusters
   * @param subnets whether the agents report the free addresses of subnets
   * @param publishMinutes the agents' publish interval
   */
  public static String of(List<String> clusterIds, boolean subnets, int publishMinutes) {
    GrafanaDashboard dashboard = new GrafanaDashboard(new GrafanaPanels(publishMinutes));
    dashboard.addPanels(subnets);
    Map<String, Object> all = object("uid", UID, "title", "CNI Metrics Agent: addresses of pods");
    all.put("tags", List.of("aws", "eks", "vpc-cni"));
    all.put("schemaVersion", SCHEMA);
    all.put("editable", true);
    all.put("graphTooltip", 1);
    all.put("time", object("from", "now-3h", "to", "now"));
    all.put("templating", object("list", variables(clusterIds)));
    all.put("links", List.of(link("Runbooks", Alarm.runbook("README"))));
    all.put("panels", dashboard.panels);
    return Json.entryPerLine(all);
  }

  static Map<String, Object> link(String title, String url) {
    return object("type", "link", "title", title, "url", url, "targetBlank", true);
  }

  private static List<Object> variables(List<String> clusterIds) {
    Map<String, Object> given = object("selected", true, "text", clusterIds, "value", clusterIds);
    String up = MetricCatalog.IPAMD_UP.prometheus().family();
    return List.of(
        object(
            "type", "datasource",
            "name", "datasource",
            "label", "Data source",
            "query", "prometheus"),
        select("cluster", "Cluster", up, clusterIds.isEmpty() ? ALL : given),
        select("node", "Node", up + "{cluster=~\"$cluster\"}", ALL));
  }

  /** A variable with the values of a label. */
  private static Object select(
      String label, String title, String metric, Map<String, Object> current) {
    Map<String, Object> select = object("type", "query", "name", label, "label", title);
    select.put("datasource", GrafanaPanels.DATA_SOURCE);
    select.put("query", "label_values(%s, %s)".formatted(metric, label));
    select.putAll(object("refresh", 2, "sort", 1, "multi", true, "includeAll", true));
    select.putAll(object("allValue", ".*", "current", current));
    return select;
  }

  private void addPanels(boolean withSubnets) {
    DashboardSections sections = new DashboardSections(new Cluster("", "", Optional.empty()));
    List<DashboardGraph> columns = new ArrayList<>(sections.worstNodes());
    columns.add(sections.fullestNodes());
    heading(DashboardTexts.WHICH_CLUSTER, DashboardTexts.CLUSTERS);
    table(source.worstClusters(columns));
    heading(DashboardTexts.WHICH_NODE, DashboardTexts.NODES_BY_NAME);
    table(source.worstNodes(columns));
    int number = 1;
    for (DashboardSections.Section section : sections.all(withSubnets)) {
      heading(number + ". " + section.title(), section.text());
      graphs(section.graphs().stream().filter(graph -> !graph.showsStarts()).toList());
      number++;
    }
  }

  private void table(Map<String, Object> table) {
    add(0, COLUMNS, TABLE_HEIGHT, table);
    nextRow += TABLE_HEIGHT;
  }

  private void heading(String title, String text) {
    Map<String, Object> row = object("type", "row", "title", title, "collapsed", false);
    row.put("panels", List.of());
    add(0, COLUMNS, 1, row);
    nextRow++;
    Object markdown = object("mode", "markdown", "content", text);
    Map<String, Object> panel = object("type", "text", "transparent", true, "options", markdown);
    add(0, COLUMNS, TEXT_HEIGHT, panel);
    nextRow += TEXT_HEIGHT;
  }

  private void graphs(List<DashboardGraph> graphs) {
    int width = COLUMNS / graphs.size();
    for (int i = 0; i < graphs.size(); i++) {
      add(i * width, width, GRAPH_HEIGHT, source.of(graphs.get(i)));
    }
    nextRow += GRAPH_HEIGHT;
  }

  private void add(int x, int width, int height, Map<String, Object> panel) {
    panel.put("id", panels.size() + 1);
    panel.put("gridPos", object("x", x, "y", nextRow, "w", width, "h", height));
    panels.add(panel);
  }
}
