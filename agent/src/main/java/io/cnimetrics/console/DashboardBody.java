package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The body of a CloudWatch dashboard for one or more clusters, as {@code PutDashboard} expects it.
 */
public final class DashboardBody {
  private static final int COLUMNS = 24;
  private static final int GRAPH_HEIGHT = 6;

  /** The height of a heading and two lines. */
  private static final int TEXT_HEIGHT = 2;

  private static final int LOGS_HEIGHT = 8;

  /** The placeholder for the name of the selected cluster. */
  private static final String SELECTED = "SELECTED_CLUSTER";

  private final CloudWatchWidgets source;
  private final Options options;
  private final List<Object> widgets = new ArrayList<>();
  private int nextRow;

  private DashboardBody(CloudWatchWidgets source, Options options) {
    this.source = source;
    this.options = options;
  }

  /**
   * Writes the body with one widget per line.
   *
   * @param clusters at least one cluster. For several clusters, the first section compares them.
   */
  public static String of(List<Cluster> clusters, String namespace, Options options) {
    return Json.entryPerLine(new DashboardBody(source(namespace), options).clusters(clusters));
  }

  /**
   * Writes the body for all clusters of some regions. Tables show the clusters, the worst first.
   * With one region, the reader can select a cluster whose details are shown. A dashboard can read
   * 2,500 metrics, and each cluster needs 5. Therefore the dashboard shows up to 480 clusters.
   *
   * @param regions at least one region
   */
  public static String ofFleet(List<String> regions, String namespace, Options options) {
    return Json.entryPerLine(new DashboardBody(source(namespace), options).fleet(regions));
  }

  private static CloudWatchWidgets source(String namespace) {
    return new CloudWatchWidgets(namespace, threshold -> String.valueOf(threshold.value()));
  }

  /**
   * Writes the body for a template, in which {@code Fn::Sub} inserts the values of parameters.
   *
   * @param region the region of the cluster; empty means the region of the stack
   */
  static String inTemplate(Optional<String> region, boolean subnets) {
    Cluster cluster =
        new Cluster("${ClusterId}", region.orElse("${AWS::Region}"), Optional.empty());
    CloudWatchWidgets source = new CloudWatchWidgets("${Namespace}", DashboardBody::inTemplate);
    Options options = new Options(subnets, false, 1);
    return Json.compact(new DashboardBody(source, options).clusters(List.of(cluster)));
  }

  private static String inTemplate(Threshold threshold) {
    return threshold.parameter().map("${%s}"::formatted).orElse(String.valueOf(threshold.value()));
  }

  private Map<String, Object> clusters(List<Cluster> clusters) {
    if (clusters.size() > 1) {
      text(TEXT_HEIGHT, DashboardTexts.OVERVIEW);
      row("metric", DashboardSections.overview(clusters), source::of);
    }
    clusters.forEach(this::details);
    return body(Optional.empty());
  }

  private Map<String, Object> fleet(List<String> regions) {
    boolean selectable = regions.size() == 1;
    for (String region : regions) {
      DashboardSections sections = new DashboardSections(new Cluster("", region, Optional.empty()));
      text(TEXT_HEIGHT, DashboardTexts.fleet(region, selectable));
      sections.clusters(options.subnets()).forEach(tables -> row("metric", tables, source::table));
      if (options.otlp()) {
        whichNode(sections);
      }
    }
    if (selectable) {
      details(new Cluster(SELECTED, regions.get(0), Optional.empty()));
    }
    return body(Optional.of(variable()).filter(any -> selectable));
  }

  /**
   * @param variable the field at the top of the dashboard, if the dashboard has one
   */
  private Map<String, Object> body(Optional<Object> variable) {
    text(LOGS_HEIGHT, DashboardTexts.nodeInLogs());
    // CloudWatch's console can choose longer periods, because CloudWatch keeps the data of single
    // minutes only for 15 days. The values of the lines do not depend on the period.
    return object(
        "periodOverride", "auto", "variables", variable.map(List::of), "widgets", widgets);
  }

  /** A variable that replaces {@link #SELECTED} in all widgets, as Amazon's CDK writes it. */
  private Object variable() {
    return object(
        "type", "pattern",
        "pattern", SELECTED,
        "inputType", "select",
        "id", "cluster",
        "label", "Cluster",
        "defaultValue", "__FIRST",
        "visible", true,
        "search",
            CloudWatchWidgets.found(
                source.namespace(), MetricCatalog.IPAMD_UP, ClusterSeries.CLUSTER),
        "populateFrom", ClusterSeries.CLUSTER);
  }

  private void details(Cluster cluster) {
    text(TEXT_HEIGHT, DashboardTexts.cluster(cluster));
    DashboardSections sections = new DashboardSections(cluster);
    whichNode(sections);
    int number = 1;
    for (DashboardSections.Section section : sections.all(options.subnets())) {
      section(number + ". " + section.title(), section.text());
      row("metric", section.graphs(), source::of);
      number++;
    }
  }

  private void whichNode(DashboardSections sections) {
    if (options.otlp()) {
      section(DashboardTexts.WHICH_NODE, DashboardTexts.NODES_BY_NAME);
      row(
          "chart",
          sections.worstNodes(),
          graph -> CloudWatchWidgets.chart(graph, options.publishMinutes()));
    } else {
      section(DashboardTexts.WHICH_NODE, DashboardTexts.NODES_BY_COMMAND);
    }
  }

  private void section(String title, String text) {
    text(TEXT_HEIGHT, "### " + title + "\n" + text);
  }

  /** Adds a Markdown text that fills the whole width. */
  private void text(int height, String markdown) {
    place("text", 0, COLUMNS, height, object("markdown", markdown));
    nextRow += height;
  }

  /** Adds a row of widgets of equal width. */
  private void row(
      String type,
      List<DashboardGraph> graphs,
      Function<DashboardGraph, Map<String, Object>> properties) {
    int width = COLUMNS / graphs.size();
    for (int i = 0; i < graphs.size(); i++) {
      place(type, i * width, width, GRAPH_HEIGHT, properties.apply(graphs.get(i)));
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

  /**
   * The optional parts of a dashboard.
   *
   * @param subnets whether the agents report the free addresses of subnets
   * @param otlp whether the agents send to CloudWatch by OTLP
   * @param publishMinutes the agents' publish interval, which matters for OTLP
   */
  public record Options(boolean subnets, boolean otlp, int publishMinutes) {
    /** A dashboard has at most 500 widgets. Each cluster needs 31 widgets, or 35 with OTLP. */
    public int mostClusters() {
      return otlp ? 14 : 15;
    }
  }

  /**
   * A cluster on the dashboard.
   *
   * @param clusterId the name; empty means all clusters of the region
   * @param accountId the account of the metrics; empty means the account of the dashboard
   */
  public record Cluster(String clusterId, String region, Optional<String> accountId) {
    /** The cluster names that are valid in searches, in tags and in names of alarms. */
    public static final String NAMES = "[A-Za-z0-9 _.:/=+@-]{1,128}";

    boolean isAny() {
      return clusterId.isEmpty();
    }
  }
}
