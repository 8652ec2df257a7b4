package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The increases of ipamD's counters since the last successful read. The first read gives no
 * increases, because its totals are only the baseline. If ipamD started after the agent, the
 * baseline is 0.
 *
 * @param base the totals to subtract; empty if no earlier totals are known
 * @param reset whether ipamD restarted since the last successful read; false if there is no base
 */
record CounterIncreases(Optional<IpamdMetrics> read, Optional<CounterTotals> base, boolean reset) {
  /**
   * @param read the metrics that this poll read; empty if the read failed
   * @param last the totals of the last successful read
   * @param agentAge the age of the agent when this poll started, by the monotonic clock
   */
  static CounterIncreases of(
      Optional<IpamdMetrics> read,
      Optional<CounterTotals> last,
      Instant takenAt,
      Duration agentAge) {
    if (read.isEmpty()) {
      return new CounterIncreases(read, last, false);
    }
    if (last.isEmpty()) {
      double age = takenAt.toEpochMilli() / 1000.0 - read.get().processStartSeconds().orElse(0);
      // If ipamD's start is in the future, the clock was set, and the age of ipamD is unknown.
      boolean youngerThanAgent = age >= 0 && age < agentAge.toMillis() / 1000.0;
      return new CounterIncreases(
          read, youngerThanAgent ? Optional.of(CounterTotals.zero()) : Optional.empty(), false);
    }
    boolean restarted = last.get().restartedBefore(read.get());
    return new CounterIncreases(
        read, restarted ? Optional.of(CounterTotals.zero()) : last, restarted);
  }

  /** Whether ipamD restarted since the last successful read; empty if this is unknown. */
  Optional<Boolean> restarted() {
    return read.flatMap(metrics -> base.map(totals -> reset));
  }

  /**
   * The total of a counter. If this read shows a lower total although ipamD did not restart, this
   * is the last total, because a counter never falls.
   */
  OptionalDouble total(Series counter) {
    OptionalDouble now = read.map(metrics -> metrics.total(counter)).orElse(OptionalDouble.empty());
    double before = before(counter);
    return now.isPresent() && before > now.getAsDouble() ? OptionalDouble.of(before) : now;
  }

  /** The increase of a counter; empty if there is no base or no valid total. */
  OptionalDouble of(Series counter) {
    double increase = total(counter).orElse(Double.NaN) - before(counter);
    return Double.isNaN(increase) ? OptionalDouble.empty() : OptionalDouble.of(increase);
  }

  /** The earlier total of a counter, which is subtracted; NaN if this total is unknown. */
  private double before(Series counter) {
    return base.map(totals -> totals.of(counter)).orElse(Double.NaN);
  }

  /** The increases of the counters that rose since the last successful read. */
  Map<Series, Double> rose(Set<Series> counters) {
    return counters.stream()
        .filter(counter -> of(counter).orElse(0) > 0)
        .collect(
            Collectors.toUnmodifiableMap(counter -> counter, counter -> of(counter).orElse(0)));
  }

  /** Whether ipamD started after the last read, so that its totals are increases. */
  boolean fromZero() {
    return read.isPresent() && base.equals(Optional.of(CounterTotals.zero()));
  }

  /** The totals to remember. The last total of a counter is kept if this read shows no total. */
  Optional<CounterTotals> next(Optional<CounterTotals> last, Iterable<Series> counters) {
    Map<Series, Double> totals = new HashMap<>();
    for (Series counter : counters) {
      totals.put(counter, total(counter).orElse(before(counter)));
    }
    return read.map(now -> new CounterTotals(now.processStartSeconds(), now.boot(), totals))
        .or(() -> last);
  }
}
