package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The queries of a graph or an alarm: statistics of series with their identifiers, and expressions
 * over them.
 */
final class Queries {
  private final Map<String, Asked> series = new LinkedHashMap<>();
  private final List<Shown> shown = new ArrayList<>();

  /** A statistic of a series. */
  record Asked(Stored key, String statistic) {}

  private record Shown(String label, String expression) {}

  void add(String id, Asked asked) {
    series.put(id, asked);
  }

  /**
   * Adds a line with the result of an expression. The expression can be the identifier of a series.
   */
  void show(String label, String expression) {
    shown.add(new Shown(label, expression));
  }

  List<Asked> asked() {
    return List.copyOf(series.values());
  }

  /** The shown lines by label. Each line that a search found has its own label. */
  Map<String, Line> lines(MetricStore store, Window window) {
    Map<String, Line> byId = new LinkedHashMap<>();
    series.forEach((id, of) -> byId.put(id, store.statistic(of.key(), of.statistic(), window)));
    Map<String, Line> lines = new LinkedHashMap<>();
    for (Shown each : shown) {
      List<Line> found = MetricMath.evaluate(each.expression(), byId, store, window);
      boolean search = each.label().isEmpty() || each.label().startsWith("${PROP(");
      found.forEach(line -> lines.put(search ? line.label() : each.label(), line));
    }
    return lines;
  }
}
