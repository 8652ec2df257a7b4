package io.cnimetrics.simulator;

import java.util.Comparator;
import java.util.StringJoiner;

/**
 * A Prometheus time series.
 *
 * @param labels as the text has them between the braces, escaped; empty if there are none
 */
record Series(String name, String labels) implements Comparable<Series> {
  private static final Comparator<Series> ORDER =
      Comparator.comparing(Series::name).thenComparing(Series::labels);

  /**
   * @param labels names and values in turn
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
