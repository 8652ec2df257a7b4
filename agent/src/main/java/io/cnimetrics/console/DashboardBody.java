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
  /** A dashboard has at most 500 widgets. Each cluster needs about 30 widgets. */
  public static final int MOST_CLUSTERS = 15;

  private DashboardBody() {}

  /**
   * Writes the body with one widget per line.
   *
   * @param clusters at least one cluster. For several clusters, the first section compares them.
   * @param subnets whether the agents report the free addresses of subnets
   */
  public static String of(List<Cluster> clusters, String namespace, boolean subnets) {
    DashboardGrid grid =
        new DashboardGrid(namespace, threshold -> String.valueOf(threshold.value()));
    return Json.entryPerLine(body(clusters, subnets, grid));
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
   * @param accountId the account of the metrics; empty means the account of the dashboard
   */
  public record Cluster(String clusterId, String region, Optional<String> accountId) {
    /** The cluster names that are valid in searches, in tags and in names of alarms. */
    public static final String NAMES = "[A-Za-z0-9 _.:/=+@-]{1,128}";
  }
}
