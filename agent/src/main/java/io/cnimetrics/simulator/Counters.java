package io.cnimetrics.simulator;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What ipamD has counted since it started. A labelled series appears with its first increment. */
final class Counters {
  private final SortedMap<SimSeries, Double> values = new TreeMap<>();

  Counters() {
    reset();
  }

  /** The state after a restart of ipamD: only counters without labels exist, at 0. */
  void reset() {
    values.clear();
    for (String name :
        new String[] {
          "awscni_add_ip_req_count",
          "awscni_force_removed_enis",
          "awscni_force_removed_ips",
          "awscni_no_available_ip_addresses"
        }) {
      values.put(SimSeries.of(name), 0.0);
    }
  }

  /**
   * @param labels names and values, alternating
   */
  void increment(String name, String... labels) {
    add(1, name, labels);
  }

  void add(double amount, String name, String... labels) {
    values.merge(SimSeries.of(name, labels), amount, Double::sum);
  }

  SortedMap<SimSeries, Double> values() {
    return new TreeMap<>(values);
  }

  /** The sum over all series of each name. */
  Map<String, Double> totals() {
    return values.entrySet().stream()
        .collect(
            Collectors.groupingBy(
                entry -> entry.getKey().name(),
                TreeMap::new,
                Collectors.summingDouble(Map.Entry::getValue)));
  }
}
