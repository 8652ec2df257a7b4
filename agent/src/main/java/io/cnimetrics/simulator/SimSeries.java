package io.cnimetrics.simulator;

import java.util.Comparator;
import java.util.StringJoiner;

/**
 * A Prometheus time series.
 *
 * @param labels the text between the braces, escaped; empty if there are none
 */
record SimSeries(String name, String labels) implements Comparable<SimSeries> {
  private static final Comparator<SimSeries> ORDER =
      Comparator.comparing(SimSeries::name).thenComparing(SimSeries::labels);

  /**
   * @param labels names and values, alternating
   */
  static SimSeries of(String name, String... labels) {
    StringJoiner pairs = new StringJoiner(",");
    for (int i = 0; i < labels.length; i += 2) {
      pairs.add(labels[i] + "=\"" + escape(labels[i + 1]) + "\"");
    }
    return new SimSeries(name, pairs.toString());
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public int compareTo(SimSeries other) {
    return ORDER.compare(this, other);
  }
}
