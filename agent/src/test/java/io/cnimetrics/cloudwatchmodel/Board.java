package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import io.cnimetrics.cloudwatchmodel.Queries.Asked;
import io.cnimetrics.testing.Json;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A dashboard, parsed from its body as the console does. */
final class Board {
  private final Map<String, Queries> graphs = new LinkedHashMap<>();

  private Board() {}

  static Board of(String body) {
    Board board = new Board();
    for (Map<?, ?> widget : Json.members(Json.object(body), "widgets")) {
      Map<?, ?> properties = Json.member(widget, "properties");
      if (properties.get("metrics") instanceof List<?> metrics) {
        Queries queries = new Queries();
        metrics.forEach(entry -> add((List<?>) entry, queries));
        board.graphs.put(String.valueOf(properties.get("title")), queries);
      }
    }
    return board;
  }

  private static void add(List<?> entry, Queries queries) {
    Map<?, ?> options = (Map<?, ?>) entry.get(entry.size() - 1);
    String label = String.valueOf(Objects.requireNonNullElse(options.get("label"), ""));
    if (entry.size() == 1) {
      queries.show(label, String.valueOf(options.get("expression")));
      return;
    }
    String id = String.valueOf(options.get("id"));
    Map<String, String> dimensions = new LinkedHashMap<>();
    for (int i = 2; i + 1 < entry.size(); i += 2) {
      dimensions.put(text(entry, i), text(entry, i + 1));
    }
    queries.add(
        id,
        new Asked(
            Stored.of(text(entry, 0), text(entry, 1), dimensions),
            String.valueOf(options.get("stat"))));
    if (!Boolean.FALSE.equals(options.get("visible"))) {
      queries.show(label, id);
    }
  }

  private static String text(List<?> entry, int index) {
    return String.valueOf(entry.get(index));
  }

  Set<Asked> asked() {
    Set<Asked> asked = new LinkedHashSet<>();
    graphs.values().forEach(queries -> asked.addAll(queries.asked()));
    return asked;
  }

  /** Every line of every graph, by the title of the graph and the label of the line. */
  Map<String, Line> lines(MetricStore store, Window window) {
    Map<String, Line> lines = new LinkedHashMap<>();
    graphs.forEach(
        (title, queries) ->
            queries
                .lines(store, window)
                .forEach((label, line) -> lines.put(title + ": " + label, line)));
    return lines;
  }
}
