package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Series;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The increases of ipamD's counters since the previous read. The first read is a baseline. If ipamD
 * started after the agent, the counters start from 0 instead.
 */
final class CounterDeltas {
  private final Optional<IpamdMetrics> read;
  private final Optional<CounterTotals> base;
  private final boolean restarted;

  private CounterDeltas(
      Optional<IpamdMetrics> read, Optional<CounterTotals> base, boolean restarted) {
    this.read = read;
    this.base = base;
    this.restarted = restarted;
  }

  /**
   * @param read the read of this poll; empty if it failed
   * @param last the totals of the last good read
   */
  static CounterDeltas of(
      Optional<IpamdMetrics> read, Optional<CounterTotals> last, Instant agentStart) {
    if (read.isEmpty()) {
      return new CounterDeltas(read, last, false);
    }
    if (last.isEmpty()) {
      boolean youngerThanAgent =
          read.get().processStartSeconds().orElse(0) > agentStart.toEpochMilli() / 1000.0;
      return new CounterDeltas(
          read, youngerThanAgent ? Optional.of(CounterTotals.zero()) : Optional.empty(), false);
    }
    boolean restarted = last.get().restartedBefore(read.get());
    return new CounterDeltas(read, restarted ? Optional.of(CounterTotals.zero()) : last, restarted);
  }

  /** Whether ipamD restarted since the last good read; empty if this read does not show it. */
  Optional<Boolean> restarted() {
    return read.flatMap(metrics -> base.map(totals -> restarted));
  }

  OptionalDouble total(Series counter) {
    return read.map(metrics -> metrics.total(counter)).orElse(OptionalDouble.empty());
  }

  /** The increase, never negative; empty for a baseline, or if the read has no number. */
  OptionalDouble of(Series counter) {
    OptionalDouble total = total(counter);
    double increase =
        total.orElse(Double.NaN) - base.map(totals -> totals.of(counter)).orElse(Double.NaN);
    return Double.isNaN(increase)
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, increase));
  }

  /** The counters that rose. */
  Set<Series> rose(Set<Series> counters) {
    return counters.stream()
        .filter(counter -> of(counter).orElse(0) > 0)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What to remember for the next read. */
  Optional<CounterTotals> next(Optional<CounterTotals> last, Iterable<Series> counters) {
    return read.isEmpty()
        ? last
        : Optional.of(
            base.orElseGet(() -> CounterTotals.unknown(counters)).after(read.get(), counters));
  }
}
