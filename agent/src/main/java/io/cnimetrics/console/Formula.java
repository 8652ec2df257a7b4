package io.cnimetrics.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Metric math over series, or one series as it is.
 *
 * @param expression over the identifiers of the series
 * @param zoomProof whether it says the same at every period
 */
record Formula(String expression, List<ClusterSeries> series, boolean zoomProof) {
  /** More, CloudWatch refuses in an alarm. */
  static final int MOST_SERIES_OF_ALARM = 10;

  static Formula of(ClusterSeries series) {
    return new Formula(series.id(), List.of(series), !series.statistic().growsWithPeriod());
  }

  static Formula of(ClusterStatistic statistic, String metric) {
    return of(ClusterSeries.of(statistic, metric));
  }

  /** What both come to; no datum where one has none. */
  static Formula sum(String one, String other) {
    return of(ClusterSeries.sum(one)).with(" + ", other);
  }

  /** What is left of a total without its parts. */
  static Formula rest(String total, String... parts) {
    Formula rest = of(ClusterSeries.sum(total));
    for (String part : parts) {
      rest = rest.with(" - ", part);
    }
    return rest;
  }

  /** The percentage that a part has of a total; 0 where the total is. */
  static Formula percent(String part, String total) {
    ClusterSeries of = ClusterSeries.sum(part);
    ClusterSeries all = ClusterSeries.sum(total);
    String expression = "IF(%s > 0, 100 * %s / %s, 0)".formatted(all.id(), of.id(), all.id());
    return new Formula(expression, List.of(of, all), true);
  }

  /** The nodes whose value is 0, of a metric that is 0 or 1. */
  static Formula nodesAtZero(String metric) {
    ClusterSeries nodes = ClusterSeries.of(ClusterStatistic.NODES, metric);
    return of(nodes).with(" - ", metric);
  }

  /**
   * Its mean per minute: what a period of 60 s shows, at every period. Each node has one datum a
   * minute, so a longer period adds up as many minutes as it has.
   */
  Formula perMinute() {
    String whole = series.size() == 1 ? expression : "(" + expression + ")";
    String minutes = "(PERIOD(%s) / 60)".formatted(series.get(0).id());
    return new Formula(whole + " / " + minutes, series, true);
  }

  /** Only where it is not 0, so that it shows as single marks. */
  Formula marks() {
    String condition = "IF(%s > 0, %s)".formatted(series.get(0).id(), expression);
    return new Formula(condition, series, zoomProof);
  }

  /** The expression with something behind each identifier, to tell it from others of its kind. */
  String expression(String behindIds) {
    String renamed = expression;
    for (ClusterSeries each : series) {
      renamed = renamed.replaceAll("\\b" + each.id() + "\\b", each.id() + behindIds);
    }
    return renamed;
  }

  /** Whether it is a series as it is. */
  boolean plain() {
    return expression.equals(series.get(0).id());
  }

  private Formula with(String operator, String metric) {
    ClusterSeries next = ClusterSeries.sum(metric);
    List<ClusterSeries> all = new ArrayList<>(series);
    all.add(next);
    return new Formula(expression + operator + next.id(), List.copyOf(all), false);
  }
}
