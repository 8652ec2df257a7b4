package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One metric with all its properties.
 *
 * @param name in CloudWatch; the names of AWS's cni-metrics-helper where it has the metric
 * @param core whether it is one of the six that {@code --metrics core} selects
 * @param statistic the statistic that gives the cluster's value at a period of 60 s
 * @param within how the values of the polls in one minute are combined
 * @param alertAt the lowest value that means trouble, if there is one; a value that reaches it is
 *     logged at once
 * @param description one sentence for people
 * @param computation how its value is computed from a poll
 */
public record Metric(
    String name,
    Kind kind,
    boolean core,
    Unit unit,
    Statistic statistic,
    MinuteAggregation within,
    OptionalDouble alertAt,
    String description,
    Computation computation) {

  Metric within(MinuteAggregation polls) {
    return new Metric(name, kind, core, unit, statistic, polls, alertAt, description, computation);
  }

  Metric alertAt(double least) {
    return new Metric(
        name,
        kind,
        core,
        unit,
        statistic,
        within,
        OptionalDouble.of(least),
        description,
        computation);
  }

  /** Whether a minute's value means trouble. */
  public boolean isAlert(double value) {
    return alertAt.isPresent() && value >= alertAt.getAsDouble();
  }

  /** Whether the metric describes a subnet, not a node: it is published once for each subnet. */
  public boolean isOfSubnet() {
    return computation instanceof Computation.OfSubnet;
  }

  /** The ipamD series that the metric is read from; empty if there are none. */
  public List<Series> series() {
    return computation.series();
  }
}
