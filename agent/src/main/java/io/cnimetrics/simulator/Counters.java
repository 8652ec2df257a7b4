package io.cnimetrics.simulator;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/** ipamD's counters. A series with labels does not exist before the first increment. */
final class Counters {
  // The outer key is the name. The inner key is the text of the labels between the braces.
  private final Map<String, SortedMap<String, Double>> values = new HashMap<>();

  Counters() {
    reset();
  }

  /** Removes all series. After a start of ipamD, the counters without labels exist and are 0. */
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
   * @param labels a label's name, its value, the next label's name and so on
   */
  void increment(String name, String... labels) {
    add(1, name, labels);
  }

  void ipamdError(String fn) {
    increment("awscni_ipamd_error_count", "fn", fn);
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

  /** The series of one name. The key is the text of the labels between the braces, escaped. */
  SortedMap<String, Double> of(String name) {
    return Collections.unmodifiableSortedMap(values.getOrDefault(name, new TreeMap<>()));
  }

  /** For each name, the sum over all series with that name. */
  Map<String, Double> totals() {
    Map<String, Double> totals = new HashMap<>();
    values.forEach(
        (name, series) ->
            totals.put(name, series.values().stream().mapToDouble(Double::doubleValue).sum()));
    return totals;
  }
}
