package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.console.Alarm.Evaluation;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.ClusterSeries.ClusterStatistic;
import java.math.BigDecimal;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * An alarm as a query in PromQL. The result contains one series for each node, subnet or cluster in
 * trouble. The same query works on scraped metrics and on OTLP.
 *
 * @param expression the query with its threshold
 * @param pendingMinutes the time for which the result must contain a series before the alarm starts
 */
record PromQuery(String expression, int pendingMinutes) {
  /** The labels that name a node in a notification. */
  private static final String NODE = "by (cluster, node, instance, zone)";

  /** The thing that each series in the result of an alarm's query names. */
  enum Subject {
    NODE,
    SUBNET,
    CLUSTER;

    static Subject of(Alarm alarm) {
      if (alarm.isOfSubnet()) {
        return SUBNET;
      }
      boolean clusterWide =
          alarm.equals(AlarmTable.NO_DATA)
              || alarm.formula().series().get(0).statistic() == ClusterStatistic.P90;
      return clusterWide ? CLUSTER : NODE;
    }
  }

  /**
   * The parts of the queries that depend on the format.
   *
   * @param matcher selects the cluster, such as {@code {cluster="prod"}}; empty for all clusters
   * @param publishMinutes the agents' publish interval
   * @param threshold converts a threshold from the given unit to a text in the base unit
   * @param existing the PromQL that selects the existing nodes; empty if no series shows which
   *     nodes exist
   */
  record Dialect(
      String matcher,
      int publishMinutes,
      BiFunction<Threshold, Unit, String> threshold,
      String existing) {

    PromQuery of(Alarm alarm) {
      ClusterSeries first = alarm.formula().series().get(0);
      Evaluation evaluation = alarm.evaluation().sentEvery(publishMinutes);
      int bad = evaluation.datapoints();
      int all = evaluation.periods();
      String condition =
          switch (alarm.comparison()) {
                case AT_LEAST -> " >= ";
                case ABOVE -> " > ";
                case BELOW -> " < ";
              }
              + threshold.apply(alarm.threshold(), alarm.unit());
      return switch (first.statistic()) {
        case MAXIMUM ->
            new PromQuery(over(NODE, "max", "max_over_time", first.metric(), all) + condition, 0);
        case MINIMUM -> {
          String free =
              over("by (cluster, subnet_id)", "min", "last_over_time", first.metric(), lag());
          yield alarm.formula().isForecast()
              ? forecast(free, alarm)
              : new PromQuery(free + condition, bad);
        }
        case P90 ->
            new PromQuery(
                "quantile by (cluster) (0.9, last_over_time(%s))%s"
                    .formatted(range(first.metric(), lag()), condition),
                bad);
        case SUM -> new PromQuery(counted(alarm, bad, all, condition), 0);
        case NODES ->
            alarm.equals(AlarmTable.NO_DATA)
                ? absent(first.metric(), bad)
                : new PromQuery(silent(first.metric(), bad, all), 0);
        default -> throw new IllegalArgumentException(alarm.id());
      };
    }

    /** The range is empty only after its whole length, which is a part of the bad minutes. */
    private PromQuery absent(Metric metric, int bad) {
      return new PromQuery(
          "absent_over_time(%s)".formatted(range(metric, lag())), Math.max(0, bad - lag()));
    }

    /**
     * The increase, with the condition that the first counter rose in {@code bad} minutes. If the
     * agents publish less often than each minute, at least two rises are needed, because one rise
     * can be a short failure.
     */
    private String counted(Alarm alarm, int bad, int all, String condition) {
      int rises = bad == 1 || publishMinutes == 1 ? bad : Math.max(2, ceilDiv(bad, publishMinutes));
      int minutes = publishMinutes == 1 ? all : Math.max(all, (rises + 2) * publishMinutes);
      String value =
          alarm.metrics().stream()
              .map(metric -> over(NODE, "sum", "increase", metric, minutes))
              .collect(Collectors.joining(alarm.formula().isPercent() ? " / " : " + "));
      Metric first = alarm.metrics().get(0);
      String often =
          rises == 1
              ? ""
              : "\nand " + over(NODE, "max", "changes", first, minutes) + " >= " + rises;
      return value + condition + often;
    }

    private static int ceilDiv(int number, int divisor) {
      return (number + divisor - 1) / divisor;
    }

    /**
     * The alarm waits as long as the range of the forecast, so that a single fall does not start
     * the alarm.
     */
    private static PromQuery forecast(String value, Alarm alarm) {
      Evaluation evaluation = alarm.evaluation();
      int minutes = (evaluation.datapoints() - 1) * evaluation.periodMinutes();
      int seconds = 60 * (alarm.threshold().value() - minutes);
      return new PromQuery(
          "predict_linear((%s)[%dm:1m], %d) < 0".formatted(value, minutes, seconds), minutes);
    }

    private String silent(Metric metric, int bad, int all) {
      return "%s\nunless on (node) last_over_time(%s)%s"
          .formatted(
              over(NODE, "max", "last_over_time", metric, all), range(metric, bad), existing);
    }

    private String over(String by, String operator, String function, Metric metric, int minutes) {
      return "%s %s (%s(%s))".formatted(operator, by, function, range(metric, minutes));
    }

    private String range(Metric metric, int minutes) {
      return "%s%s[%dm]".formatted(metric.prometheus().family(), matcher, minutes);
    }

    private int lag() {
      return PromQuery.lag(publishMinutes);
    }
  }

  /** The greatest age of the newest point, in minutes. */
  static int lag(int publishMinutes) {
    return Math.max(5, 2 * publishMinutes + 1);
  }

  /** A threshold in the base unit, as a number. */
  static String number(Threshold threshold, Unit unit) {
    return factor(unit)
        .multiply(BigDecimal.valueOf(threshold.value()))
        .stripTrailingZeros()
        .toPlainString();
  }

  static BigDecimal factor(Unit unit) {
    return BigDecimal.valueOf(unit.inBaseUnit(1)).stripTrailingZeros();
  }
}
