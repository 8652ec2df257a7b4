package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import java.util.ArrayList;
import java.util.List;

/**
 * One unchanged series, or metric math over several series.
 *
 * @param expression the metric math, which contains the identifiers of the series
 */
record Formula(String expression, List<ClusterSeries> series) {
  static Formula of(ClusterSeries series) {
    return new Formula(series.id(), List.of(series));
  }

  static Formula of(ClusterStatistic statistic, Metric metric) {
    return of(ClusterSeries.of(statistic, metric));
  }

  static Formula total(Metric metric) {
    return of(ClusterStatistic.SUM, metric);
  }

  /** The sum of two metrics. A minute has a sum only if both metrics have a datum. */
  static Formula sum(Metric one, Metric other) {
    return total(one).with(" + ", other);
  }

  /** A total minus its parts. */
  static Formula rest(Metric total, Metric... parts) {
    Formula rest = total(total);
    for (Metric part : parts) {
      rest = rest.with(" - ", part);
    }
    return rest;
  }

  /** A part as a percentage of a total; 0 if the total is 0. */
  static Formula percent(Metric part, Metric total) {
    ClusterSeries of = ClusterSeries.of(ClusterStatistic.SUM, part);
    ClusterSeries all = ClusterSeries.of(ClusterStatistic.SUM, total);
    String expression = "IF(%s > 0, 100 * %s / %s, 0)".formatted(all.id(), of.id(), all.id());
    return new Formula(expression, List.of(of, all));
  }

  /** The number of nodes with value 0, for a metric that is 0 or 1. */
  static Formula nodesAtZero(Metric metric) {
    return of(ClusterStatistic.NODES, metric).with(" - ", metric);
  }

  /**
   * The mean per minute. A sum over a longer period contains one datum of each node for each
   * minute. The division makes the value independent of the period.
   */
  Formula perMinute() {
    String whole = series.size() == 1 ? expression : "(" + expression + ")";
    String minutes = "(PERIOD(%s) / 60)".formatted(series.get(0).id());
    return new Formula(whole + " / " + minutes, series);
  }

  /** Leaves out values of 0. A graph then shows the other values as single marks. */
  Formula marks() {
    String condition = "IF(%s > 0, %s)".formatted(series.get(0).id(), expression);
    return new Formula(condition, series);
  }

  /** The expression with a suffix on each identifier, to make the identifiers unique. */
  String expression(String suffix) {
    String renamed = expression;
    for (ClusterSeries each : series) {
      renamed = renamed.replaceAll("\\b" + each.id() + "\\b", each.id() + suffix);
    }
    return renamed;
  }

  /** Whether the formula is one unchanged series. */
  boolean plain() {
    return expression.equals(series.get(0).id());
  }

  /** Whether the formula is the first series as a percentage of the second series. */
  boolean isPercent() {
    return series.size() == 2 && equals(percent(series.get(0).metric(), series.get(1).metric()));
  }

  private Formula with(String operator, Metric metric) {
    ClusterSeries next = ClusterSeries.of(ClusterStatistic.SUM, metric);
    List<ClusterSeries> all = new ArrayList<>(series);
    all.add(next);
    return new Formula(expression + operator + next.id(), List.copyOf(all));
  }
}
