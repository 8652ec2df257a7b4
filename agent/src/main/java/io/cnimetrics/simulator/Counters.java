package io.cnimetrics.simulator;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What ipamD has counted since it started. A labelled series appears with its first increment. */
final class Counters {
  private final SortedMap<Series, Double> values = new TreeMap<>();

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
      values.put(Series.of(name), 0.0);
    }
  }

  /**
   * @param labels names and values, alternating
   */
  void increment(String name, String... labels) {
    add(1, name, labels);
  }

  void add(double amount, String name, String... labels) {
    values.merge(Series.of(name, labels), amount, Double::sum);
  }

  SortedMap<Series, Double> values() {
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

  /**
   * A Prometheus time series.
   *
   * @param labels the text between the braces, escaped; empty if there are none
   */
  record Series(String name, String labels) implements Comparable<Series> {
    private static final Comparator<Series> ORDER =
        Comparator.comparing(Series::name).thenComparing(Series::labels);

    /**
     * @param labels names and values, alternating
     */
    static Series of(String name, String... labels) {
      StringJoiner pairs = new StringJoiner(",");
      for (int i = 0; i < labels.length; i += 2) {
        pairs.add(labels[i] + "=\"" + escape(labels[i + 1]) + "\"");
      }
      return new Series(name, pairs.toString());
    }

    private static String escape(String value) {
      return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    @Override
    public int compareTo(Series other) {
      return ORDER.compare(this, other);
    }
  }
}
