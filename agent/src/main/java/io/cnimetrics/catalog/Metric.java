package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One metric with all its properties.
 *
 * @param name in CloudWatch; the names of AWS's cni-metrics-helper where it has the metric
 * @param statistic the statistic that gives the cluster's value at a period of 60 s
 * @param within how the values of the polls in one minute are combined
 * @param alertAt the lowest value that means trouble, if there is one; a minute that reaches it is
 *     logged when it ends
 * @param description one sentence for people
 * @param computation how its value is computed from a poll
 */
public record Metric(
    String name,
    Unit unit,
    Statistic statistic,
    MinuteAggregation within,
    OptionalDouble alertAt,
    String description,
    Computation computation) {

  /** How the metric behaves over time. */
  public Kind kind() {
    return within == MinuteAggregation.SUM ? Kind.COUNTER : Kind.GAUGE;
  }

  /** Whether it is one of the six that {@code --metrics core} selects. */
  public boolean core() {
    return MetricCatalog.CORE.contains(this);
  }

  /** Whether a minute's value means trouble. */
  public boolean isAlert(double value) {
    return alertAt.isPresent() && value >= alertAt.getAsDouble();
  }

  /** Whether the metric describes a subnet, not a node: it is published once for each subnet. */
  public boolean isOfSubnet() {
    return computation instanceof Computation.OfSubnet;
  }

  /** Whether the metric is sent only when an agent starts, not each minute. */
  public boolean isOfStart() {
    return computation instanceof Computation.AgentStart;
  }

  /** The ipamD series that the metric is read from; empty if there are none. */
  public List<Series> series() {
    return computation.series();
  }

  /** The ipamD series of a metric that is read from one. */
  public Series onlySeries() {
    return series().get(0);
  }

  /** How a metric behaves over time. */
  public enum Kind {
    /** A state: the last good poll of a minute counts. */
    GAUGE,
    /** A number of events: a minute's value is the sum of the increases of its polls. */
    COUNTER;

    /** The name shown to people and tools. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The unit of a value. */
  public enum Unit {
    COUNT("Count"),
    PERCENT("Percent"),
    MILLISECONDS("Milliseconds"),
    /** CloudWatch has no unit for minutes; they are sent as a count. */
    MINUTES("Count");

    private final String cloudWatchName;

    Unit(String cloudWatchName) {
      this.cloudWatchName = cloudWatchName;
    }

    /** The unit as sent to CloudWatch. */
    public String cloudWatchName() {
      return cloudWatchName;
    }
  }

  /** The statistic over all nodes that gives a metric's value for the cluster. */
  public enum Statistic {
    SUM("Sum"),
    AVERAGE("Average"),
    MAXIMUM("Maximum"),
    /** For a value that each node reports alike: a Sum would count it once per node. */
    MINIMUM("Minimum");

    private final String label;

    Statistic(String label) {
      this.label = label;
    }

    /** CloudWatch's name of the statistic. */
    public String label() {
      return label;
    }
  }

  /** How the values of the polls in one minute become the minute's value. */
  public enum MinuteAggregation {
    /** A state: the last poll with a value counts. */
    LAST,
    /** Events: the increases of all polls add up. */
    SUM,
    /** The greatest value of all polls counts. */
    MAX,
    /** A mean of events: each poll counts by the number of its events. */
    WEIGHTED_MEAN;

    /**
     * Combines two values of one minute.
     *
     * @param weight of the earlier one, above 0
     * @param laterWeight of the later one, above 0
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
