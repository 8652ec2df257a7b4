package io.cnimetrics.console;

import io.cnimetrics.console.DashboardWidget.Placed;
import io.cnimetrics.text.JsonLines;
import io.cnimetrics.text.JsonTree;
import java.util.List;
import java.util.Optional;

/**
 * The body of a CloudWatch dashboard on the metrics of clusters, as {@code PutDashboard} takes it.
 */
public final class DashboardBody {
  /** Each has some 30 widgets, of which a dashboard has at most 500. */
  public static final int MOST_CLUSTERS = 15;

  private DashboardBody() {}

  /**
   * Writes it with one widget a line.
   *
   * @param clusters at least one; with more, an overview comes first
   * @param subnets whether the agents report the free addresses of subnets
   */
  public static String of(List<DashboardCluster> clusters, String namespace, boolean subnets) {
    DashboardJson json =
        new DashboardJson(namespace, threshold -> String.valueOf(threshold.value()));
    return JsonLines.write(true, to -> JsonTree.write(to, json.body(widgets(clusters, subnets))));
  }

  /**
   * The same for {@code Fn::Sub} in a template, which puts in the values of the parameters.
   *
   * @param region empty for that of the stack
   */
  static String inTemplate(Optional<String> region, boolean subnets) {
    DashboardCluster cluster =
        new DashboardCluster("${ClusterId}", region.orElse("${AWS::Region}"), Optional.empty());
    DashboardJson json =
        new DashboardJson(
            "${Namespace}",
            threshold ->
                threshold
                    .parameter()
                    .map(parameter -> "${" + parameter + "}")
                    .orElseGet(() -> String.valueOf(threshold.value())));
    return JsonTree.compact(json.body(widgets(List.of(cluster), subnets)));
  }

  static List<Placed> widgets(List<DashboardCluster> clusters, boolean subnets) {
    DashboardGrid grid = new DashboardGrid();
    if (clusters.size() > 1) {
      new DashboardOverview(clusters).addTo(grid);
    }
    for (DashboardCluster cluster : clusters) {
      grid.text(2, DashboardTexts.cluster(cluster));
      new DashboardSections(cluster, grid).addAll(subnets);
    }
    grid.text(10, DashboardTexts.whichNode());
    return grid.placed();
  }
}
