package io.cnimetrics.cloudwatchmodel;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CloudWatch's statistics of a period's values. */
final class Statistic {
  private static final Pattern PERCENTILE = Pattern.compile("p([0-9.]+)");
  private static final Pattern COUNT_ABOVE = Pattern.compile("TC\\(([0-9.]+):\\)");

  private Statistic() {}

  /**
   * @param values at least one
   */
  static double of(String name, double[] values) {
    return switch (name) {
      case "Sum" -> Arrays.stream(values).sum();
      case "SampleCount" -> values.length;
      case "Average" -> Arrays.stream(values).sum() / values.length;
      case "Minimum" -> Arrays.stream(values).min().orElseThrow();
      case "Maximum" -> Arrays.stream(values).max().orElseThrow();
      default -> extended(name, values);
    };
  }

  private static double extended(String name, double[] values) {
    Matcher percentile = PERCENTILE.matcher(name);
    if (percentile.matches()) {
      return percentile(Double.parseDouble(percentile.group(1)), values);
    }
    Matcher countAbove = COUNT_ABOVE.matcher(name);
    if (countAbove.matches()) {
      double bound = Double.parseDouble(countAbove.group(1));
      return Arrays.stream(values).filter(value -> value > bound).count();
    }
    throw new IllegalArgumentException("no statistic " + name);
  }

  /** The percentile by the nearest-rank method. It is one of the values. */
  private static double percentile(double percent, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(1, rank) - 1];
  }
}
