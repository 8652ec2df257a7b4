package io.cnimetrics.snapshot;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Sums over the series of ipamD's Prometheus text. The series themselves are not kept: some of
 * their labels contain raw error texts, and their number has no bound.
 *
 * @param sums for each requested series in the text, the sum of its samples; NaN or infinite if a
 *     sample is
 * @param processStartSeconds when ipamD's process started, in seconds since 1970
 * @param bootSeconds when this host booted, by the same clock and unit
 * @param cniVersion the release of the VPC CNI, such as {@code v1.23.1}; reported since 1.10.0
 */
public record IpamdMetrics(
    Map<Series, Double> sums,
    OptionalDouble processStartSeconds,
    OptionalDouble bootSeconds,
    Optional<String> cniVersion) {
  public IpamdMetrics {
    sums = Map.copyOf(sums);
  }

  /** The same with the host's boot time, which ipamD does not report. */
  public IpamdMetrics onHostBootedAt(OptionalDouble seconds) {
    return new IpamdMetrics(sums, processStartSeconds, seconds, cniVersion);
  }

  /** The gauge's value; empty if the text does not have it as a finite number. */
  public OptionalDouble gauge(Series series) {
    Double sum = sums.get(series);
    return sum == null || !Double.isFinite(sum) ? OptionalDouble.empty() : OptionalDouble.of(sum);
  }

  /**
   * The counter's total since ipamD started: 0 if the text does not have it, because a series
   * appears with its first increment; empty if it is not a finite number.
   */
  public OptionalDouble total(Series series) {
    return sums.containsKey(series) ? gauge(series) : OptionalDouble.of(0);
  }
}
