package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One metric: all that anyone needs to know of it.
 *
 * @param name in CloudWatch; the names of AWS's cni-metrics-helper where it has the metric
 * @param core whether it is one of the six that {@code --metrics core} selects
 * @param statistic gives the cluster's value at a period of 60 s
 * @param within how the polls of one minute make its value
 * @param alertAt the least value that means trouble, if any does: reaching it is told at once
 * @param description one sentence for people
 * @param computation how its value comes out of a poll
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

  /** Whether it is of a subnet and not of a node: it is published for each subnet apart. */
  public boolean isOfSubnet() {
    return computation instanceof Computation.OfSubnet;
  }

  /** ipamD's series that it is read from; empty if it is not. */
  public List<Series> series() {
    return computation.series();
  }
}
