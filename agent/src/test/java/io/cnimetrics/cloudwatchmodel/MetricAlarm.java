package io.cnimetrics.cloudwatchmodel;

import static io.cnimetrics.testing.Json.number;
import static io.cnimetrics.testing.Json.text;

import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import io.cnimetrics.cloudwatchmodel.Queries.Asked;
import io.cnimetrics.testing.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An alarm on metrics, read from the properties of a template. Like CloudWatch, evaluates the alarm
 * at any second of a minute, with the data that has arrived. Some nodes have perhaps not sent yet.
 * The newest period ends with the last full minute, even if periods are longer than a minute.
 *
 * @param datapoints how many of the {@code periods} must breach
 */
record MetricAlarm(
    String name,
    Queries queries,
    String comparison,
    double threshold,
    Duration period,
    int datapoints,
    int periods,
    String missing) {
  /**
   * The additional older periods that CloudWatch reads if data is missing. AWS does not document
   * their number.
   */
  private static final int LOOKED_AT_BESIDES = 2;

  private static final String RESULT = "result";

  /** The state of an alarm. */
  enum State {
    OK,
    ALARM,
    INSUFFICIENT_DATA
  }

  static MetricAlarm of(Map<?, ?> properties) {
    return new MetricAlarm(
        text(properties, "AlarmName"),
        queries(properties),
        text(properties, "ComparisonOperator"),
        number(properties, "Threshold"),
        period(properties),
        (int) number(properties, "DatapointsToAlarm"),
        (int) number(properties, "EvaluationPeriods"),
        text(properties, "TreatMissingData"));
  }

  private static Duration period(Map<?, ?> properties) {
    Map<?, ?> of =
        properties.containsKey("Metrics")
            ? Json.member(Json.members(properties, "Metrics").get(0), "MetricStat")
            : properties;
    return Duration.ofSeconds((long) number(of, "Period"));
  }

  private static Queries queries(Map<?, ?> properties) {
    Queries queries = new Queries();
    if (!properties.containsKey("Metrics")) {
      Object statistic =
          properties.containsKey("Statistic")
              ? properties.get("Statistic")
              : properties.get("ExtendedStatistic");
      queries.add("m", new Asked(key(properties), String.valueOf(statistic)));
      queries.show(RESULT, "m");
      return queries;
    }
    for (Map<?, ?> each : Json.members(properties, "Metrics")) {
      if (each.containsKey("Expression")) {
        queries.show(RESULT, text(each, "Expression"));
      } else {
        Map<?, ?> stat = Json.member(each, "MetricStat");
        queries.add(
            text(each, "Id"), new Asked(key(Json.member(stat, "Metric")), text(stat, "Stat")));
      }
    }
    return queries;
  }

  private static Stored key(Map<?, ?> metric) {
    Map<String, String> dimensions = new LinkedHashMap<>();
    for (Map<?, ?> each : Json.members(metric, "Dimensions")) {
      dimensions.put(text(each, "Name"), text(each, "Value"));
    }
    return Stored.of(text(metric, "Namespace"), text(metric, "MetricName"), dimensions);
  }

  /** The values that the alarm compares with its threshold. */
  Line line(MetricStore store, Window window) {
    return Objects.requireNonNull(queries.lines(store, window).get(RESULT));
  }

  /** The state after an evaluation at this time. Only periods that have ended count. */
  State evaluate(MetricStore store, Instant now) {
    Instant to = now.truncatedTo(ChronoUnit.MINUTES);
    int lookedAt = periods + LOOKED_AT_BESIDES;
    Window window = new Window(to.minus(period.multipliedBy(lookedAt)), to, period, now);
    Line line = line(store, window);
    List<Point> newestFirst = new ArrayList<>();
    for (int age = 1; age <= lookedAt; age++) {
      Double value = line.values().get(to.minus(period.multipliedBy(age)));
      newestFirst.add(
          value == null ? Point.MISSING : breaches(value) ? Point.BREACHING : Point.FINE);
    }
    return state(newestFirst);
  }

  /** The state of a period. */
  enum Point {
    FINE,
    BREACHING,
    MISSING
  }

  /**
   * Evaluates the newest periods with data. Treats missing data as the alarm is configured.
   *
   * @param newestFirst the evaluated periods and the additional older periods
   */
  State state(List<Point> newestFirst) {
    List<Point> real = newestFirst.stream().filter(point -> point != Point.MISSING).toList();
    List<Point> evaluated = real.subList(0, Math.min(periods, real.size()));
    int filled = periods - evaluated.size();
    long breaching = evaluated.stream().filter(point -> point == Point.BREACHING).count();
    if (real.isEmpty() && missing.equals("missing")) {
      return State.INSUFFICIENT_DATA;
    }
    boolean alarm =
        switch (missing) {
          case "breaching" -> breaching + filled >= datapoints;
          case "notBreaching" -> breaching >= datapoints;
          case "missing" -> breaching >= datapoints || (filled > 0 && isBadSince(newestFirst));
          default -> throw new IllegalArgumentException(missing);
        };
    return alarm ? State.ALARM : State.OK;
  }

  /**
   * Whether each period with data breaches, and the oldest breach is as old as the alarm requires.
   */
  private boolean isBadSince(List<Point> newestFirst) {
    return !newestFirst.contains(Point.FINE)
        && newestFirst.lastIndexOf(Point.BREACHING) + 1 >= datapoints;
  }

  private boolean breaches(double value) {
    return switch (comparison) {
      case "GreaterThanThreshold" -> value > threshold;
      case "GreaterThanOrEqualToThreshold" -> value >= threshold;
      case "LessThanThreshold" -> value < threshold;
      default -> throw new IllegalArgumentException(comparison);
    };
  }
}
