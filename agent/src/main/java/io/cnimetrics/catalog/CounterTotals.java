package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Series;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The counters' totals at the last good read, and the process that counted them. Totals are sums
 * over series: some of ipamD's labels hold error texts, so single series would grow without end.
 */
public record CounterTotals(
    OptionalDouble processStartSeconds, OptionalDouble bootSeconds, Map<Series, Double> bySeries) {
  /** Far below the 10 ms in which the kernel counts starts. */
  private static final double SAME_SECONDS = 0.004;

  public CounterTotals {
    bySeries = Map.copyOf(bySeries);
  }

  /** What nothing has been counted of yet. */
  static CounterTotals zero() {
    return new CounterTotals(OptionalDouble.empty(), OptionalDouble.empty(), Map.of());
  }

  /** What nothing is known of yet: every total is NaN. */
  static CounterTotals unknown(Iterable<Series> counters) {
    Map<Series, Double> totals = new HashMap<>();
    counters.forEach(counter -> totals.put(counter, Double.NaN));
    return new CounterTotals(OptionalDouble.empty(), OptionalDouble.empty(), totals);
  }

  /** The totals after a read; a counter that it shows as no number keeps its last total. */
  CounterTotals after(IpamdMetrics read, Iterable<Series> counters) {
    Map<Series, Double> totals = new HashMap<>();
    for (Series counter : counters) {
      totals.put(counter, read.total(counter).orElse(of(counter)));
    }
    return new CounterTotals(read.processStartSeconds(), read.bootSeconds(), totals);
  }

  /** The last total; NaN if no read has shown it as a number. */
  double of(Series series) {
    return bySeries.getOrDefault(series, 0.0);
  }

  /**
   * Whether another process of ipamD has counted: its start time changed or, where either read does
   * not tell it, a total fell.
   */
  boolean restartedBefore(IpamdMetrics read) {
    if (processStartSeconds.isPresent() && read.processStartSeconds().isPresent()) {
      return !processStartSeconds.equals(read.processStartSeconds()) && !clockWasStepped(read);
    }
    return bySeries.entrySet().stream()
        .anyMatch(last -> read.total(last.getKey()).orElse(last.getValue()) < last.getValue());
  }

  /**
   * Whether the start only seems to be another one: it is the host's boot time, in whole seconds,
   * plus what does not change, and a step of the clock moves both.
   */
  private boolean clockWasStepped(IpamdMetrics read) {
    double afterBoot = between(processStartSeconds, bootSeconds);
    double nowAfterBoot = between(read.processStartSeconds(), read.bootSeconds());
    double moved = Math.abs(nowAfterBoot - afterBoot);
    // ipamD and we may have asked on different sides of a second.
    return moved < SAME_SECONDS || Math.abs(moved - 1) < SAME_SECONDS;
  }

  /** NaN, which is close to nothing, if one is unknown. */
  private static double between(OptionalDouble start, OptionalDouble boot) {
    return start.orElse(Double.NaN) - boot.orElse(Double.NaN);
  }
}
