package io.cnimetrics.cloudwatchmodel;

import java.time.Instant;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * One line of a graph: values by the start of their period. A period without data has no entry.
 *
 * @param label distinguishes this line from other lines that a search found
 */
record Line(String label, NavigableMap<Instant, Double> values) {
  static Line empty(String label) {
    return new Line(label, new TreeMap<>());
  }

  /** Adds a value, unless the value is infinite or NaN. */
  void put(Instant at, double value) {
    if (Double.isFinite(value)) {
      values.put(at, value);
    }
  }

  double least() {
    return values.values().stream().mapToDouble(value -> value).min().orElse(Double.NaN);
  }

  double greatest() {
    return values.values().stream().mapToDouble(value -> value).max().orElse(Double.NaN);
  }
}
