package io.cnimetrics.console;

import io.cnimetrics.console.DashboardWidget.Placed;
import io.cnimetrics.console.DashboardWidget.Text;
import java.util.ArrayList;
import java.util.List;

/** Places widgets in rows. */
final class DashboardGrid {
  static final int COLUMNS = 24;
  static final int MOST_WIDGETS = 500;

  private static final int GRAPH_HEIGHT = 6;

  private final List<Placed> placed = new ArrayList<>();
  private int nextRow;

  /** Adds a text over the whole width. */
  void text(int height, String markdown) {
    place(0, COLUMNS, height, new Text(markdown));
    nextRow += height;
  }

  /** Adds a row of widgets of equal width. */
  void row(DashboardWidget... widgets) {
    int width = COLUMNS / widgets.length;
    for (int i = 0; i < widgets.length; i++) {
      place(i * width, width, GRAPH_HEIGHT, widgets[i]);
    }
    nextRow += GRAPH_HEIGHT;
  }

  List<Placed> placed() {
    return List.copyOf(placed);
  }

  private void place(int x, int width, int height, DashboardWidget widget) {
    if (placed.size() == MOST_WIDGETS) {
      throw new IllegalStateException("a dashboard has at most %d widgets".formatted(MOST_WIDGETS));
    }
    placed.add(new Placed(x, nextRow, width, height, widget));
  }
}
