package io.cnimetrics.imagetest;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Medians of all runs, in Markdown: a column for each variant. */
final class Table {
  private final Map<String, Map<String, List<Double>>> columns = new LinkedHashMap<>();

  void add(String column, Map<String, Double> figures) {
    Map<String, List<Double>> all = columns.computeIfAbsent(column, name -> new LinkedHashMap<>());
    figures.forEach(
        (name, value) -> all.computeIfAbsent(name, row -> new ArrayList<>()).add(value));
  }

  void print(PrintStream out) {
    out.println("| | " + String.join(" | ", columns.keySet()) + " |");
    out.println("| --- |" + " ---: |".repeat(columns.size()));
    for (String row : columns.values().iterator().next().keySet()) {
      StringBuilder line = new StringBuilder("| " + row + " |");
      columns.values().forEach(column -> line.append(' ').append(cell(row, column)).append(" |"));
      out.println(line);
    }
  }

  private static String cell(String row, Map<String, List<Double>> column) {
    if (!column.containsKey(row)) {
      return "";
    }
    List<Double> sorted = column.getOrDefault(row, List.of()).stream().sorted().toList();
    double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    String format = row.contains("CPU") || row.endsWith(", s") ? "%.2f" : "%.1f";
    return row.contains(",") ? format.formatted(median) : "%.0f".formatted(median);
  }
}
