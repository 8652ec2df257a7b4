package io.cnimetrics.snapshot;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was kept of ipamD's Prometheus text: sums over series, never the series themselves, because
 * some of ipamD's labels hold raw error text and grow without end.
 *
 * @param sums for each wanted series that the text shows, the sum of its samples; NaN or infinite
 *     if a sample is
 * @param processStartSeconds when ipamD's process started, in seconds since 1970
 * @param bootSeconds when this host booted by the same clock, in seconds since 1970
 * @param cniVersion the release of the VPC CNI, such as {@code v1.23.1}; told from 1.10.0 on
 */
public record IpamdMetrics(
    Map<Series, Double> sums,
    OptionalDouble processStartSeconds,
    OptionalDouble bootSeconds,
    Optional<String> cniVersion) {
  public IpamdMetrics {
    sums = Map.copyOf(sums);
  }

  /** The same with the host's boot time, which ipamD does not tell. */
  public IpamdMetrics onHostBootedAt(OptionalDouble seconds) {
    return new IpamdMetrics(sums, processStartSeconds, seconds, cniVersion);
  }

  /** The gauge's value; empty if the text does not show it, or not as a finite number. */
  public OptionalDouble gauge(Series series) {
    Double sum = sums.get(series);
    return sum == null || !Double.isFinite(sum) ? OptionalDouble.empty() : OptionalDouble.of(sum);
  }

  /**
   * The counter's total since ipamD started: 0 if the text does not show it, because a series
   * appears with its first increment; empty if it is not a finite number.
   */
  public OptionalDouble total(Series series) {
    return sums.containsKey(series) ? gauge(series) : OptionalDouble.of(0);
  }
}
