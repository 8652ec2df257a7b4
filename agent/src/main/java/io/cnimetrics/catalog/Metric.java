package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One metric with all its properties.
 *
 * @param name the name in CloudWatch. If AWS's cni-metrics-helper has the same metric, both names
 *     are equal.
 * @param prometheus the name in Prometheus and OTLP
 * @param statistic the statistic that gives the cluster's value at a period of 60 s
 * @param within how the values of all polls of a minute are combined into one value
 * @param alertAt the lowest value that means trouble; empty if no value means trouble. If a closed
 *     minute has this or a higher value, the agent logs a line.
 * @param description one or more sentences for users
 */
public record Metric(
    String name,
    PrometheusName prometheus,
    Unit unit,
    Statistic statistic,
    MinuteAggregation within,
    OptionalDouble alertAt,
    String description,
    Computation computation) {

  public Kind kind() {
    return within == MinuteAggregation.SUM ? Kind.COUNTER : Kind.GAUGE;
  }

  /** Whether the metric is one of the six that {@code --metrics core} selects. */
  public boolean core() {
    return MetricCatalog.CORE.contains(this);
  }

  /** Whether a minute with this value means trouble. */
  public boolean isAlert(double value) {
    return alertAt.isPresent() && value >= alertAt.getAsDouble();
  }

  /** Whether the metric describes a subnet instead of a node, with one datum for each subnet. */
  public boolean isOfSubnet() {
    return computation instanceof Computation.OfSubnet;
  }

  /** Whether the metric has a datum only in the minute in which an agent starts. */
  public boolean isOfStart() {
    return computation instanceof Computation.AgentStart;
  }

  /** The ipamD series from which the metric is computed; empty if no series is needed. */
  public List<Series> series() {
    return computation.series();
  }

  /** The ipamD series of a metric that is computed from exactly one series. */
  public Series onlySeries() {
    return series().get(0);
  }

  /** Whether a metric shows a state or counts events. */
  public enum Kind {
    /** A state. Usually a minute's value comes from the last successful poll of the minute. */
    GAUGE,
    /** A number of events. A minute's value is the sum of all increases in the minute. */
    COUNTER;

    /** The name of the kind in small letters, for outputs. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The unit of a value. */
  public enum Unit {
    COUNT("Count", "", 1),
    PERCENT("Percent", "ratio", 0.01),
    MILLISECONDS("Milliseconds", "seconds", 0.001),
    /** CloudWatch has no unit for minutes. The agent sends minutes with the unit Count. */
    MINUTES("Count", "seconds", 60);

    private final String cloudWatchName;
    private final String baseUnit;
    private final double factor;

    Unit(String cloudWatchName, String baseUnit, double factor) {
      this.cloudWatchName = cloudWatchName;
      this.baseUnit = baseUnit;
      this.factor = factor;
    }

    /** The base unit in Prometheus and OTLP; empty for a count. */
    public String baseUnit() {
      return baseUnit;
    }

    /** Converts a value to the base unit. */
    public double inBaseUnit(double value) {
      return value * factor;
    }

    /** The name of the unit in CloudWatch. */
    public String cloudWatchName() {
      return cloudWatchName;
    }
  }

  /** The statistic over all nodes that gives a metric's value for the cluster. */
  public enum Statistic {
    SUM("Sum"),
    AVERAGE("Average"),
    MAXIMUM("Maximum"),
    /** For a value that is the same on all nodes. A Sum would count the value once per node. */
    MINIMUM("Minimum");

    private final String label;

    Statistic(String label) {
      this.label = label;
    }

    /** The name of the statistic in CloudWatch. */
    public String label() {
      return label;
    }
  }

  /** How the values of all polls of a minute are combined into the value of the minute. */
  public enum MinuteAggregation {
    /** The minute's value is the last value of its polls. Used for a state. */
    LAST,
    /** The minute's value is the sum of the increases. Used for a number of events. */
    SUM,
    /** The minute's value is the greatest value of its polls. */
    MAX,
    /** The minute's value is the mean of all events in the minute. */
    WEIGHTED_MEAN;

    /**
     * Combines two values of one minute.
     *
     * @param weight the number of events of {@code value}, above 0
     * @param laterWeight the number of events of {@code later}, above 0
     */
    public double combine(double value, double weight, double later, double laterWeight) {
      return switch (this) {
        case LAST -> later;
        case SUM -> value + later;
        case MAX -> Math.max(value, later);
        case WEIGHTED_MEAN -> (value * weight + later * laterWeight) / (weight + laterWeight);
      };
    }
  }
}
