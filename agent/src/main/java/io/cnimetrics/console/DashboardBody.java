package io.cnimetrics.console;

import io.cnimetrics.console.DashboardWidget.Placed;
import io.cnimetrics.text.Json;
import java.util.List;
import java.util.Optional;

/**
 * The body of a CloudWatch dashboard for one or more clusters, as {@code PutDashboard} expects it.
 */
public final class DashboardBody {
  /** Each cluster has about 30 widgets; a dashboard has at most 500. */
  public static final int MOST_CLUSTERS = 15;

  private DashboardBody() {}

  /**
   * Writes the body with one widget per line.
   *
   * @param clusters at least one; with more, an overview comes first
   * @param subnets whether the agents report the free addresses of subnets
   */
  public static String of(List<Cluster> clusters, String namespace, boolean subnets) {
    DashboardJson json =
        new DashboardJson(namespace, threshold -> String.valueOf(threshold.value()));
    return Json.entryPerLine(json.body(widgets(clusters, subnets)));
  }

  /**
   * Writes the body for {@code Fn::Sub} in a template, which inserts the parameter values.
   *
   * @param region empty for the region of the stack
   */
  static String inTemplate(Optional<String> region, boolean subnets) {
    Cluster cluster =
        new Cluster("${ClusterId}", region.orElse("${AWS::Region}"), Optional.empty());
    DashboardJson json =
        new DashboardJson(
            "${Namespace}",
            threshold ->
                threshold
                    .parameter()
                    .map(parameter -> "${" + parameter + "}")
                    .orElseGet(() -> String.valueOf(threshold.value())));
    return Json.compact(json.body(widgets(List.of(cluster), subnets)));
  }

  static List<Placed> widgets(List<Cluster> clusters, boolean subnets) {
    DashboardGrid grid = new DashboardGrid();
    if (clusters.size() > 1) {
      new DashboardOverview(clusters).addTo(grid);
    }
    for (Cluster cluster : clusters) {
      grid.text(2, DashboardTexts.cluster(cluster));
      new DashboardSections(cluster, grid).addAll(subnets);
    }
    grid.text(10, DashboardTexts.whichNode());
    return grid.placed();
  }

  /**
   * A cluster on the dashboard.
   *
   * @param accountId the account of its metrics; empty for the account of the dashboard
   */
  public record Cluster(String clusterId, String region, Optional<String> accountId) {
    /** The names that searches, tags and alarm names all accept; EKS cluster names are simpler. */
    public static final String NAMES = "[A-Za-z0-9 _.:/=+@-]{1,128}";
  }
}
