package io.cnimetrics.simulator;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/** What ipamD has counted since it started. A labelled series appears with its first increment. */
final class Counters {
  // By name, then by labels: the text between the braces, empty if there are none.
  private final Map<String, SortedMap<String, Double>> values = new HashMap<>();

  Counters() {
    reset();
  }

  /** The state after a restart of ipamD: only counters without labels exist, at 0. */
  void reset() {
    values.clear();
    for (String name :
        List.of(
            "awscni_add_ip_req_count",
            "awscni_force_removed_enis",
            "awscni_force_removed_ips",
            "awscni_no_available_ip_addresses")) {
      add(0, name);
    }
  }

  /**
   * @param labels names and values, alternating
   */
  void increment(String name, String... labels) {
    add(1, name, labels);
  }

  void add(double amount, String name, String... labels) {
    StringJoiner pairs = new StringJoiner(",");
    for (int i = 0; i < labels.length; i += 2) {
      pairs.add(labels[i] + "=\"" + escape(labels[i + 1]) + "\"");
    }
    values
        .computeIfAbsent(name, any -> new TreeMap<>())
        .merge(pairs.toString(), amount, Double::sum);
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  Counters copy() {
    Counters copy = new Counters();
    values.forEach((name, series) -> copy.values.put(name, new TreeMap<>(series)));
    return copy;
  }

  /** The values of a name by their labels, as they are between braces and escaped. */
  SortedMap<String, Double> of(String name) {
    return Collections.unmodifiableSortedMap(values.getOrDefault(name, new TreeMap<>()));
  }

  /** The sum over all series of each name. */
  Map<String, Double> totals() {
    Map<String, Double> totals = new HashMap<>();
    values.forEach(
        (name, series) ->
            totals.put(name, series.values().stream().mapToDouble(Double::doubleValue).sum()));
    return totals;
  }
}
