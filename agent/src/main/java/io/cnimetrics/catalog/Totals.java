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
public record Totals(OptionalDouble processStartSeconds, Map<Series, Double> bySeries) {
  public Totals {
    bySeries = Map.copyOf(bySeries);
  }

  /** What nothing has been counted of yet. */
  static Totals zero() {
    return new Totals(OptionalDouble.empty(), Map.of());
  }

  /** The totals after a read; a counter that it shows as no number keeps its last total. */
  Totals after(IpamdMetrics read, Iterable<Series> counters, boolean restarted) {
    Map<Series, Double> totals = new HashMap<>();
    for (Series counter : counters) {
      read.total(counter)
          .ifPresentOrElse(
              total -> totals.put(counter, total),
              () -> totals.put(counter, restarted ? 0 : of(counter)));
    }
    return new Totals(read.processStartSeconds(), totals);
  }

  double of(Series series) {
    return bySeries.getOrDefault(series, 0.0);
  }

  /**
   * Whether another process of ipamD has counted: its start time changed or, where either read does
   * not tell it, a total fell.
   */
  boolean restartedBefore(IpamdMetrics read) {
    if (processStartSeconds.isPresent() && read.processStartSeconds().isPresent()) {
      return !processStartSeconds.equals(read.processStartSeconds());
    }
    return bySeries.entrySet().stream()
        .anyMatch(last -> read.total(last.getKey()).orElse(last.getValue()) < last.getValue());
  }
}
