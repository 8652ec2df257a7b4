package io.cnimetrics.console;

/**
 * One line of a graph.
 *
 * @param cluster the cluster whose numbers it shows
 */
record DashboardLine(String label, Formula formula, DashboardCluster cluster) {
  DashboardLine {
    if (!formula.zoomProof()) {
      throw new IllegalArgumentException(
          "%s grows with the period: %s".formatted(label, formula.expression()));
    }
  }
}
