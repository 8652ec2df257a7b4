package io.cnimetrics.console;

import io.cnimetrics.console.DashboardBody.Cluster;
import java.util.List;

/** A widget of a dashboard. */
sealed interface DashboardWidget {

  /** Markdown. */
  record Text(String markdown) implements DashboardWidget {}

  /**
   * Lines over time.
   *
   * @param unit the label of the axis
   * @param limits the alarms whose thresholds it shows
   */
  record Graph(String title, String unit, boolean stacked, List<Line> lines, List<Alarm> limits)
      implements DashboardWidget {
    /** The most that CloudWatch draws. */
    static final int MOST_METRICS = 500;

    public Graph {
      int metrics = lines.stream().mapToInt(line -> line.formula().series().size() + 1).sum();
      if (lines.isEmpty() || metrics > MOST_METRICS) {
        throw new IllegalArgumentException("%s has %d metrics".formatted(title, metrics));
      }
    }

    Graph asStacked() {
      return new Graph(title, unit, true, lines, limits);
    }

    Graph limits(Alarm... alarms) {
      return new Graph(title, unit, stacked, lines, List.of(alarms));
    }
  }

  /**
   * The free addresses of all subnets of the cluster, lowest first.
   *
   * @param now true: the latest numbers; false: a graph over time
   */
  record Subnets(String title, Cluster cluster, boolean now) implements DashboardWidget {
    /** The number of subnets that a readable graph can show. */
    static final int SHOWN = 20;
  }

  /** A widget with its position on a grid of 24 columns. */
  record Placed(int x, int y, int width, int height, DashboardWidget widget) {}

  /**
   * One line of a graph.
   *
   * @param cluster the cluster whose numbers it shows
   */
  record Line(String label, Formula formula, Cluster cluster) {
    public Line {
      if (!formula.zoomProof()) {
        throw new IllegalArgumentException(
            "%s grows with the period: %s".formatted(label, formula.expression()));
      }
    }
  }
}
