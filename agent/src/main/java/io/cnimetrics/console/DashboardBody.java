package io.cnimetrics.console;

import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.text.Json;
import java.util.List;
import java.util.Map;
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
    DashboardGrid grid =
        new DashboardGrid(namespace, threshold -> String.valueOf(threshold.value()));
    return Json.entryPerLine(body(clusters, subnets, grid));
  }

  /**
   * Writes the body for {@code Fn::Sub} in a template, which inserts the parameter values.
   *
   * @param region empty for the region of the stack
   */
  static String inTemplate(Optional<String> region, boolean subnets) {
    Cluster cluster =
        new Cluster("${ClusterId}", region.orElse("${AWS::Region}"), Optional.empty());
    DashboardGrid grid = new DashboardGrid("${Namespace}", DashboardBody::inTemplate);
    return Json.compact(body(List.of(cluster), subnets, grid));
  }

  private static String inTemplate(Threshold threshold) {
    return threshold.parameter().map("${%s}"::formatted).orElse(String.valueOf(threshold.value()));
  }

  private static Map<String, Object> body(
      List<Cluster> clusters, boolean subnets, DashboardGrid grid) {
    if (clusters.size() > 1) {
      DashboardSections.overview(clusters, grid);
    }
    for (Cluster cluster : clusters) {
      grid.text(2, DashboardTexts.cluster(cluster));
      new DashboardSections(cluster, grid).addAll(subnets);
    }
    grid.text(10, DashboardTexts.whichNode());
    return grid.body();
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
