package io.cnimetrics.console;

import java.util.List;

/** What stands on a dashboard. */
sealed interface DashboardWidget {

  /** Markdown. */
  record Text(String markdown) implements DashboardWidget {}

  /**
   * Lines over time.
   *
   * @param unit what the axis counts
   * @param limits alarms whose thresholds it shows
   */
  record Graph(
      String title, String unit, boolean stacked, List<DashboardLine> lines, List<Alarm> limits)
      implements DashboardWidget {
    /** More, CloudWatch does not draw. */
    static final int MOST_METRICS = 500;

    public Graph {
      int metrics = lines.stream().mapToInt(line -> line.formula().series().size() + 1).sum();
      if (lines.isEmpty() || metrics > MOST_METRICS) {
        throw new IllegalArgumentException("%s has %d metrics".formatted(title, metrics));
      }
    }

    Graph onTopOfEachOther() {
      return new Graph(title, unit, true, lines, limits);
    }

    Graph limits(Alarm... alarms) {
      return new Graph(title, unit, stacked, lines, List.of(alarms));
    }
  }

  /**
   * The free addresses of whatever subnets the cluster has, lowest first.
   *
   * @param now the latest numbers, else all over time
   */
  record Subnets(String title, DashboardCluster cluster, boolean now) implements DashboardWidget {
    /** As many as a graph can show and still be read. */
    static final int SHOWN = 20;
  }

  /** A widget in its place on a grid of 24 columns. */
  record Placed(int x, int y, int width, int height, DashboardWidget widget) {}
}
