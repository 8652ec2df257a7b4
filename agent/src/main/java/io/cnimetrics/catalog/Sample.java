package io.cnimetrics.catalog;

import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The value of one metric in one poll. CloudWatch accepts every number in it.
 *
 * @param value a gauge's value, always there; a counter's increase since the previous poll, absent
 *     in the first
 * @param total a counter's total since ipamD started; absent for gauges
 * @param weight the number of events of which the value is the mean; 1 if it is not a mean
 * @param subnetId the subnet, for a subnet metric
 */
public record Sample(
    Metric metric,
    OptionalDouble value,
    OptionalDouble total,
    double weight,
    Optional<String> subnetId) {
  /** CloudWatch accepts values from -2^360 to 2^360. */
  private static final double MOST = 0x1p360;

  public Sample {
    if (!acceptable(value) || !acceptable(total)) {
      throw new IllegalArgumentException(
          "%s: value %s, total %s".formatted(metric.name(), value, total));
    }
  }

  /** A sample that is not a mean. */
  public Sample(Metric metric, OptionalDouble value, OptionalDouble total) {
    this(metric, value, total, 1, Optional.empty());
  }

  static Sample ofSubnet(Metric metric, String subnetId, long value) {
    OptionalDouble known = OptionalDouble.of((double) value);
    return new Sample(metric, known, OptionalDouble.empty(), 1, Optional.of(subnetId));
  }

  /**
   * A gauge's sample, at least 0; empty if the value is unknown or CloudWatch would not accept it.
   */
  static Optional<Sample> gauge(Metric metric, OptionalDouble value) {
    return mean(metric, value, 1);
  }

  /** The same for a mean of several events. */
  static Optional<Sample> mean(Metric metric, OptionalDouble value, double events) {
    return value.isPresent() && acceptable(value)
        ? Optional.of(
            new Sample(
                metric,
                OptionalDouble.of(Math.max(0, value.getAsDouble())),
                OptionalDouble.empty(),
                events,
                Optional.empty()))
        : Optional.empty();
  }

  /** A counter's sample; empty if its total is unknown or CloudWatch would not accept it. */
  static Optional<Sample> counter(Metric metric, OptionalDouble increase, OptionalDouble total) {
    return total.isPresent() && acceptable(total)
        ? Optional.of(new Sample(metric, increase, total))
        : Optional.empty();
  }

  /**
   * Combines this sample with a later one of the same series and minute.
   *
   * @throws NoSuchElementException if either has no value
   */
  public Sample and(Sample later) {
    double both =
        metric
            .within()
            .combine(value.orElseThrow(), weight, later.value.orElseThrow(), later.weight);
    return new Sample(
        metric, OptionalDouble.of(both), later.total, weight + later.weight, subnetId);
  }

  private static boolean acceptable(OptionalDouble number) {
    return number.isEmpty() || Math.abs(number.getAsDouble()) <= MOST;
  }
}
