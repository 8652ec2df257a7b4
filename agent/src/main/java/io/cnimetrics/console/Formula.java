package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.console.ClusterSeries.ClusterStatistic;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A calculation with one or more series. The result is one value for each minute.
 *
 * @param operator the operator between the series
 * @param isPerMinute whether the result is the mean per minute. In CloudWatch, a sum over a longer
 *     period contains one datum of each node for each minute. The division makes the value
 *     independent of the period.
 * @param isMarks whether values of 0 are left out, so that a graph shows the other values as single
 *     marks.
 */
record Formula(
    Operator operator, List<ClusterSeries> series, boolean isPerMinute, boolean isMarks) {

  /** An operator between all series of a formula. */
  enum Operator {
    PLUS(" + "),
    MINUS(" - "),
    /** The first of two series as a percentage of the second series. */
    SHARE(" / "),
    /** The minutes until the only series is 0, at the present rate. */
    UNTIL_ZERO("");

    final String sign;

    Operator(String sign) {
      this.sign = sign;
    }
  }

  static Formula of(ClusterSeries series) {
    return new Formula(Operator.PLUS, List.of(series), false, false);
  }

  static Formula of(ClusterStatistic statistic, Metric metric) {
    return of(ClusterSeries.of(statistic, metric));
  }

  static Formula total(Metric metric) {
    return of(ClusterStatistic.SUM, metric);
  }

  /** The sum of two metrics. A minute has a sum only if both metrics have a datum. */
  static Formula sum(Metric one, Metric other) {
    return total(one).with(Operator.PLUS, other);
  }

  /** A total minus its parts. */
  static Formula rest(Metric total, Metric... parts) {
    return total(total).with(Operator.MINUS, parts);
  }

  /** A part as a percentage of a total; 0 if the total is 0. */
  static Formula percent(Metric part, Metric total) {
    return total(part).with(Operator.SHARE, total);
  }

  /** The minutes until a series is 0 at its present rate; a day if the series does not fall. */
  static Formula minutesUntilZero(ClusterSeries series) {
    return new Formula(Operator.UNTIL_ZERO, List.of(series), false, false);
  }

  /** The number of nodes with value 0, for a metric that is 0 or 1. */
  static Formula nodesAtZero(Metric metric) {
    return of(ClusterStatistic.NODES, metric).with(Operator.MINUS, metric);
  }

  Formula perMinute() {
    return new Formula(operator, series, true, isMarks);
  }

  Formula marks() {
    return new Formula(operator, series, isPerMinute, true);
  }

  /** The formula as CloudWatch's metric math. */
  String expression() {
    return expression("");
  }

  /**
   * @param suffix a suffix of each identifier, which makes the identifiers unique
   */
  String expression(String suffix) {
    List<String> ids = series.stream().map(each -> each.id() + suffix).toList();
    String first = ids.get(0);
    String value = String.join(operator.sign, ids);
    if (isPercent()) {
      value = "IF(%2$s > 0, 100 * %1$s / %2$s, 0)".formatted(first, ids.get(1));
    }
    if (isForecast()) {
      value = "IF(RATE(%1$s) < 0, %1$s / (60 * ABS(RATE(%1$s))), 1440)".formatted(first);
    }
    if (isPerMinute) {
      value = ids.size() == 1 ? value : "(" + value + ")";
      value = "%s / (PERIOD(%s) / 60)".formatted(value, first);
    }
    return isMarks ? "IF(%s > 0, %s)".formatted(first, value) : value;
  }

  /** Whether the formula is one unchanged series. */
  boolean plain() {
    return series.size() == 1 && !isPerMinute && !isMarks && !isForecast();
  }

  /** Whether the formula is the first series as a percentage of the second series. */
  boolean isPercent() {
    return operator == Operator.SHARE;
  }

  /** Whether the formula is the time until the series is 0. */
  boolean isForecast() {
    return operator == Operator.UNTIL_ZERO;
  }

  /** Whether the formula is a metric of subnets, with one value for each subnet. */
  boolean isOfSubnets() {
    return series.get(0).metric().isOfSubnet();
  }

  private Formula with(Operator sign, Metric... metrics) {
    List<ClusterSeries> all = new ArrayList<>(series);
    Stream.of(metrics).map(each -> ClusterSeries.of(ClusterStatistic.SUM, each)).forEach(all::add);
    return new Formula(sign, List.copyOf(all), isPerMinute, isMarks);
  }
}
