package io.cnimetrics.catalog;

import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The value of one metric in one poll. A sample contains only numbers that CloudWatch accepts.
 *
 * @param value the value of a gauge, or the increase of a counter since the previous poll. A gauge
 *     always has a value. A counter has no value in its baseline poll.
 * @param total the total of a counter since it was 0; empty for a gauge
 * @param weight the number of events if the value is a mean, otherwise 1
 * @param subnetId the subnet of a subnet metric; empty for other metrics
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

  /** Creates a sample of the node. The value is not a mean. */
  public Sample(Metric metric, OptionalDouble value, OptionalDouble total) {
    this(metric, value, total, 1, Optional.empty());
  }

  static Sample ofSubnet(Metric metric, String subnetId, long value) {
    OptionalDouble known = OptionalDouble.of((double) value);
    return new Sample(metric, known, OptionalDouble.empty(), 1, Optional.of(subnetId));
  }

  /**
   * The sample of a gauge; empty if the value is unknown, or if CloudWatch would refuse the value.
   * A negative value becomes 0.
   */
  static Optional<Sample> gauge(Metric metric, OptionalDouble value) {
    return mean(metric, value, 1);
  }

  /** Like {@link #gauge}, for a mean of several events. */
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

  /** The sample of a counter; empty if the total is unknown or if CloudWatch would refuse it. */
  static Optional<Sample> counter(Metric metric, OptionalDouble increase, OptionalDouble total) {
    return total.isPresent() && acceptable(total)
        ? Optional.of(new Sample(metric, increase, total))
        : Optional.empty();
  }

  /**
   * Combines this sample with a later sample of the same metric, subnet and minute. If CloudWatch
   * would refuse the result, the later sample is ignored.
   *
   * @throws NoSuchElementException if one of the two samples has no value
   */
  public Sample and(Sample later) {
    double both =
        metric
            .within()
            .combine(value.orElseThrow(), weight, later.value.orElseThrow(), later.weight);
    return acceptable(OptionalDouble.of(both))
        ? new Sample(metric, OptionalDouble.of(both), later.total, weight + later.weight, subnetId)
        : this;
  }

  private static boolean acceptable(OptionalDouble number) {
    return number.isEmpty() || Math.abs(number.getAsDouble()) <= MOST;
  }
}
