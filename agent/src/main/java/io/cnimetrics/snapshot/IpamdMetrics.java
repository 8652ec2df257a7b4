package io.cnimetrics.snapshot;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Sums over the series of ipamD's Prometheus text. The agent does not keep the series, because some
 * labels contain raw error texts and the number of series is not limited.
 *
 * @param sums for each requested series in the text, the sum of its samples. The sum can be NaN or
 *     infinite
 * @param errors the totals of ipamD's errors by kind; at most 100 kinds of each counter are kept,
 *     and all other errors count as one more kind
 * @param processStartSeconds when ipamD's process started, in seconds since 1970
 * @param boot the last boot of this host, if it is known
 * @param cniVersion the release of the VPC CNI, such as {@code v1.23.1}; empty before 1.10.0, and
 *     empty if ipamD was built without a version, as some builds of 1.19.6 and 1.23.2
 */
public record IpamdMetrics(
    Map<Series, Double> sums,
    Map<IpamdError, Double> errors,
    OptionalDouble processStartSeconds,
    Optional<Boot> boot,
    Optional<String> cniVersion) {
  private static final double MOST = 0x1p350;

  public IpamdMetrics {
    sums = Map.copyOf(sums);
    errors = Map.copyOf(errors);
  }

  /**
   * A boot of the host. The kernel changes the time of the boot if the clock is set.
   *
   * @param seconds when the host booted, in seconds since 1970
   * @param id a number that is different for each boot, if it is known
   */
  public record Boot(double seconds, OptionalDouble id) {
    /** Whether both can be the same boot. If both ids are known, they must be equal. */
    public boolean canBe(Boot other) {
      return id.isEmpty() || other.id.isEmpty() || id.equals(other.id);
    }
  }

  /** Returns a copy with the host's boot, which ipamD does not report. */
  public IpamdMetrics on(Optional<Boot> host) {
    return new IpamdMetrics(sums, errors, processStartSeconds, host, cniVersion);
  }

  /** The number of calls to AWS that failed with one of these codes since ipamD started. */
  public double apiErrors(Set<String> codes) {
    return errors.entrySet().stream()
        .filter(error -> error.getKey().family().equals(IpamdError.API_ERRORS))
        .filter(error -> codes.contains(error.getKey().code()))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /**
   * Whether a number can be used. With this limit, the sum of all polls of a minute is at most
   * 2^360, which CloudWatch accepts.
   */
  public static boolean isUsable(double number) {
    return Math.abs(number) <= MOST;
  }

  /** The value of a gauge; empty if the text lacks the gauge, or if the value is not usable. */
  public OptionalDouble gauge(Series series) {
    Double sum = sums.get(series);
    return sum == null || !isUsable(sum) ? OptionalDouble.empty() : OptionalDouble.of(sum);
  }

  /**
   * Like {@link #gauge}, but 0 if the text lacks the series. A series with labels appears in the
   * text only after the first change of its value.
   */
  public OptionalDouble gaugeOrZero(Series series) {
    return sums.containsKey(series) ? gauge(series) : OptionalDouble.of(0);
  }

  /**
   * The total of a counter since ipamD started; empty if the total is negative or not usable. If
   * the text lacks the counter, the total is 0, because a counter appears in the text at its first
   * increment.
   */
  public OptionalDouble total(Series series) {
    OptionalDouble total = gaugeOrZero(series);
    return total.orElse(0) < 0 ? OptionalDouble.empty() : total;
  }
}
