package io.cnimetrics.console;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.console.Alarm.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Arranges the widgets of a dashboard in rows. */
final class DashboardGrid {
  private static final int COLUMNS = 24;
  private static final int GRAPH_HEIGHT = 6;

  private final String namespace;
  private final Function<Threshold, String> thresholds;
  private final List<Object> widgets = new ArrayList<>();
  private int nextRow;

  /**
   * @param thresholds converts a threshold to a number, or to a template parameter
   */
  DashboardGrid(String namespace, Function<Threshold, String> thresholds) {
    this.namespace = namespace;
    this.thresholds = thresholds;
  }

  /**
   * @param variable the field at the top of the dashboard, if the dashboard has one
   */
  Map<String, Object> body(Optional<Object> variable) {
    // CloudWatch's console can choose longer periods, because CloudWatch keeps the data of single
    // minutes only for 15 days. The values of the lines do not depend on the period.
    return object(
        "periodOverride", "auto", "variables", variable.map(List::of), "widgets", widgets);
  }

  /** Adds a Markdown text that fills the whole width. */
  void text(int height, String markdown) {
    place("text", 0, COLUMNS, height, object("markdown", markdown));
    nextRow += height;
  }

  /** Adds a row of graphs of equal width. */
  void row(List<DashboardGraph> graphs) {
    row("metric", graphs.stream().map(each -> each.properties(namespace, thresholds)).toList());
  }

  /** Adds a row of tables of equal width, with a row for each cluster. */
  void tables(List<DashboardGraph> tables) {
    row("metric", tables.stream().map(each -> each.table(namespace, thresholds)).toList());
  }

  /** Adds a row of graphs in PromQL. Each graph shows one line for each node. */
  void nodes(List<DashboardGraph> graphs, int publishMinutes) {
    row("chart", graphs.stream().map(each -> each.chart(publishMinutes)).toList());
  }

  private void row(String type, List<Map<String, Object>> row) {
    int width = COLUMNS / row.size();
    for (int i = 0; i < row.size(); i++) {
      place(type, i * width, width, GRAPH_HEIGHT, row.get(i));
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
}
