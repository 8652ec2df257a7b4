package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Series;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The counters' totals at the last good read, and the process that counted them. Totals are sums
 * over series: some of ipamD's labels hold error texts, so single series would grow without end.
 */
public record CounterTotals(
    OptionalDouble processStartSeconds, OptionalDouble bootSeconds, Map<Series, Double> bySeries) {
  /** Far below 10 ms, the kernel's resolution of process starts. */
  private static final double SAME_SECONDS = 0.004;

  public CounterTotals {
    bySeries = Map.copyOf(bySeries);
  }

  /** The totals of a process that has counted nothing yet. */
  static CounterTotals zero() {
    return new CounterTotals(OptionalDouble.empty(), OptionalDouble.empty(), Map.of());
  }

  /** The last total; NaN if no read has shown it as a number. */
  double of(Series series) {
    return bySeries.getOrDefault(series, 0.0);
  }

  /**
   * Whether ipamD restarted before the read: its start time changed. If either read lacks the start
   * time, a total that fell means a restart.
   */
  boolean restartedBefore(IpamdMetrics read) {
    if (processStartSeconds.isPresent() && read.processStartSeconds().isPresent()) {
      return !processStartSeconds.equals(read.processStartSeconds()) && !clockWasStepped(read);
    }
    return bySeries.entrySet().stream()
        .anyMatch(last -> read.total(last.getKey()).orElse(last.getValue()) < last.getValue());
  }

  /**
   * Whether the start time changed only because the clock was stepped. The start time is the host's
   * boot time, in whole seconds, plus a constant; a clock step moves both.
   */
  private boolean clockWasStepped(IpamdMetrics read) {
    double afterBoot = between(processStartSeconds, bootSeconds);
    double nowAfterBoot = between(read.processStartSeconds(), read.bootSeconds());
    double moved = Math.abs(nowAfterBoot - afterBoot);
    // ipamD and the agent may read the boot time on different sides of a second.
    return moved < SAME_SECONDS || Math.abs(moved - 1) < SAME_SECONDS;
  }

  /** NaN if one is unknown; comparisons with NaN are false. */
  private static double between(OptionalDouble start, OptionalDouble boot) {
    return start.orElse(Double.NaN) - boot.orElse(Double.NaN);
  }
}
