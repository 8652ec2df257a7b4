package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.IpamdMetrics.Boot;
import io.cnimetrics.snapshot.Series;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The totals of the counters at the last successful read, and the start time of ipamD's process. A
 * total is the sum of all series of a counter. Single series are not kept, because their number has
 * no limit: some of ipamD's labels contain error texts.
 */
public record CounterTotals(
    OptionalDouble processStartSeconds, Optional<Boot> boot, Map<Series, Double> bySeries) {
  /** Start times with a smaller difference count as equal. The kernel's resolution is 10 ms. */
  private static final double SAME_SECONDS = 0.004;

  /** A total can fall by this share by rounding: the sum of fractions depends on their order. */
  private static final double ROUNDING = 1e-9;

  public CounterTotals {
    bySeries = Map.copyOf(bySeries);
  }

  /** The totals of a process that has counted nothing yet. */
  static CounterTotals zero() {
    return new CounterTotals(OptionalDouble.empty(), Optional.empty(), Map.of());
  }

  /** The last total of a counter; NaN if no read has returned a number for the counter. */
  double of(Series series) {
    return bySeries.getOrDefault(series, 0.0);
  }

  /**
   * Whether ipamD restarted before this read. A changed start time shows a restart. If one of the
   * two reads has no start time, a total that fell shows a restart.
   */
  boolean restartedBefore(IpamdMetrics read) {
    if (processStartSeconds.isPresent() && read.processStartSeconds().isPresent()) {
      return !processStartSeconds.equals(read.processStartSeconds()) && !clockWasStepped(read);
    }
    return bySeries.entrySet().stream()
        .anyMatch(
            last ->
                read.total(last.getKey()).orElse(last.getValue())
                    < last.getValue() * (1 - ROUNDING));
  }

  /**
   * Whether the start time changed only because the host's clock was set. The start time is the
   * boot time, in whole seconds, plus a constant. If the clock is set, both times change by the
   * same amount. After another boot, ipamD can start at the same time after the boot.
   */
  private boolean clockWasStepped(IpamdMetrics read) {
    boolean sameBoot = boot.flatMap(last -> read.boot().map(last::canBe)).orElse(false);
    double moved =
        Math.abs(
            afterBoot(read.processStartSeconds(), read.boot())
                - afterBoot(processStartSeconds, boot));
    // The kernel rounds the boot time, so the boot times of two reads can differ by 1 s.
    return sameBoot && (moved < SAME_SECONDS || Math.abs(moved - 1) < SAME_SECONDS);
  }

  /** The seconds from boot to start; NaN if a time is unknown. Comparisons with NaN are false. */
  private static double afterBoot(OptionalDouble start, Optional<Boot> boot) {
    return start.orElse(Double.NaN) - boot.map(Boot::seconds).orElse(Double.NaN);
  }
}
