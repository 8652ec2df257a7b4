package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.text.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of a CloudWatch dashboard for one or more clusters, as {@code PutDashboard} expects it.
 */
public final class DashboardBody {
  /** The height of a heading and two lines. */
  private static final int TEXT_HEIGHT = 2;

  private static final int LOGS_HEIGHT = 8;

  /** The placeholder for the name of the selected cluster. */
  private static final String SELECTED = "SELECTED_CLUSTER";

  private DashboardBody() {}

  /**
   * Writes the body with one widget per line.
   *
   * @param clusters at least one cluster. For several clusters, the first section compares them.
   */
  public static String of(List<Cluster> clusters, String namespace, Options options) {
    return Json.entryPerLine(body(clusters, options, grid(namespace)));
  }

  /**
   * Writes the body for all clusters of some regions. Tables show the clusters, the worst first.
   * With one region, the reader can select a cluster whose details are shown. A dashboard can read
   * 2,500 metrics, and each cluster needs 5. Therefore the dashboard shows up to 480 clusters.
   *
   * @param regions at least one region
   */
  public static String ofFleet(List<String> regions, String namespace, Options options) {
    DashboardGrid grid = grid(namespace);
    for (String region : regions) {
      DashboardSections sections = new DashboardSections(new Cluster("", region, Optional.empty()));
      grid.text(TEXT_HEIGHT, DashboardTexts.fleet(region, regions.size() == 1));
      sections.clusters(options.subnets()).forEach(grid::tables);
      if (options.otlp()) {
        whichNode(sections, options, grid);
      }
    }
    if (regions.size() == 1) {
      details(new Cluster(SELECTED, regions.get(0), Optional.empty()), options, grid);
    }
    grid.text(LOGS_HEIGHT, DashboardTexts.nodeInLogs());
    Optional<Object> variable = Optional.of(variable(namespace)).filter(any -> regions.size() == 1);
    return Json.entryPerLine(grid.body(variable));
  }

  /** A variable that replaces {@link #SELECTED} in all widgets, as Amazon's CDK writes it. */
  private static Object variable(String namespace) {
    return object(
        "type", "pattern",
        "pattern", SELECTED,
        "inputType", "select",
        "id", "cluster",
        "label", "Cluster",
        "defaultValue", "__FIRST",
        "visible", true,
        "search", DashboardGraph.found(namespace, MetricCatalog.IPAMD_UP, ClusterSeries.CLUSTER),
        "populateFrom", ClusterSeries.CLUSTER);
  }

  private static DashboardGrid grid(String namespace) {
    return new DashboardGrid(namespace, threshold -> String.valueOf(threshold.value()));
  }

  /**
   * Writes the body for a template, in which {@code Fn::Sub} inserts the values of parameters.
   *
   * @param region the region of the cluster; empty means the region of the stack
   */
  static String inTemplate(Optional<String> region, boolean subnets) {
    Cluster cluster =
        new Cluster("${ClusterId}", region.orElse("${AWS::Region}"), Optional.empty());
    DashboardGrid grid = new DashboardGrid("${Namespace}", DashboardBody::inTemplate);
    return Json.compact(body(List.of(cluster), new Options(subnets, false, 1), grid));
  }

  private static String inTemplate(Threshold threshold) {
    return threshold.parameter().map("${%s}"::formatted).orElse(String.valueOf(threshold.value()));
  }

  private static Map<String, Object> body(
      List<Cluster> clusters, Options options, DashboardGrid grid) {
    if (clusters.size() > 1) {
      grid.text(TEXT_HEIGHT, DashboardTexts.OVERVIEW);
      grid.row(DashboardSections.overview(clusters));
    }
    clusters.forEach(cluster -> details(cluster, options, grid));
    grid.text(LOGS_HEIGHT, DashboardTexts.nodeInLogs());
    return grid.body(Optional.empty());
  }

  private static void details(Cluster cluster, Options options, DashboardGrid grid) {
    grid.text(TEXT_HEIGHT, DashboardTexts.cluster(cluster));
    DashboardSections sections = new DashboardSections(cluster);
    whichNode(sections, options, grid);
    int number = 1;
    for (DashboardSections.Section section : sections.all(options.subnets())) {
      section(number + ". " + section.title(), section.text(), grid);
      grid.row(section.graphs());
      number++;
    }
  }

  private static void whichNode(DashboardSections sections, Options options, DashboardGrid grid) {
    if (options.otlp()) {
      section(DashboardTexts.WHICH_NODE, DashboardTexts.NODES_BY_NAME, grid);
      grid.nodes(sections.worstNodes(), options.publishMinutes());
    } else {
      section(DashboardTexts.WHICH_NODE, DashboardTexts.NODES_BY_COMMAND, grid);
    }
  }

  private static void section(String title, String text, DashboardGrid grid) {
    grid.text(TEXT_HEIGHT, "### " + title + "\n" + text);
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
