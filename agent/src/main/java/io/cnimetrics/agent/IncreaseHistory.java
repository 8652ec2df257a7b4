package io.cnimetrics.agent;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.health.AgentStatus.Reads;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Keeps the last run of increases of each counter and of each kind of error. A run ends if there is
 * no increase for more than three minutes. The history starts with this process. Several threads
 * may use this object.
 *
 * <p>The totals of the first read are a baseline, because ipamD counted these events before. If
 * ipamD started after the agent, the totals are an increase from 0. For errors the first read is
 * always a baseline, because the state on disk has no totals of single kinds.
 */
public final class IncreaseHistory {
  /**
   * With more kinds of errors than this, the history drops the kinds that are not in the last read.
   * A read has at most 202 kinds.
   */
  private static final int MOST_KINDS = 300;

  /** Harmless errors are kept for this number of minutes. Their minute closes earlier. */
  private static final int MOST_MINUTES = 3;

  // The agent itself counts these two events. The history stores the counts like series of ipamD.
  private static final Series RESTARTS = Series.of(MetricCatalog.IPAMD_RESTARTS.name());
  private static final Series REFUSED_WHILE_COOLING =
      Series.of(RecentIncrease.REFUSED_WHILE_COOLING);

  private final Map<Series, RecentIncrease> counters = new HashMap<>();
  private final Map<IpamdError, RecentIncrease> errors = new HashMap<>();
  private final Map<IpamdError, Double> errorTotals = new HashMap<>();
  private final TreeMap<Instant, Double> harmless = new TreeMap<>();
  private Optional<Reads> reads = Optional.empty();
  private long restarts;
  private boolean cooling;

  record ErrorRun(IpamdError error, RecentIncrease increases) {}

  /** Adds a poll. A poll that could not read ipamD's metrics changes nothing. */
  public synchronized void add(NodeSnapshot snapshot, PollSamples reading) {
    if (snapshot.metrics().isEmpty()) {
      return;
    }
    Instant at = snapshot.takenAt();
    long restarted = reading.history().restarts() - restarts;
    if (reads.isPresent() && restarted > 0) {
      rose(RESTARTS, (double) restarted, OptionalDouble.empty(), at);
    }
    restarts = reading.history().restarts();
    IpamdMetrics read = snapshot.metrics().get();
    reading.rose().forEach((counter, by) -> rose(counter, by, read.total(counter), at));
    Double refused = reading.rose().get(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries());
    if (cooling && refused != null) {
      rose(REFUSED_WHILE_COOLING, refused, OptionalDouble.empty(), at);
    }
    cooling = reading.capacity().allFreeAddressesCool();
    addErrors(read, reading.fromZero(), at);
    reads = Optional.of(new Reads(reads.map(Reads::first).orElse(at), at));
  }

  private void addErrors(IpamdMetrics read, boolean fromZero, Instant at) {
    boolean baseline = reads.isEmpty() && !fromZero;
    if (fromZero) {
      errorTotals.clear();
    }
    read.errors()
        .forEach(
            (error, total) -> {
              Double before = errorTotals.put(error, total);
              double by = baseline ? 0 : total - (before == null ? 0 : before);
              if (by > 0) {
                rose(errors, error, error.key(), by, OptionalDouble.of(total), at);
                if (error.isHarmless()) {
                  harmless.merge(at.truncatedTo(ChronoUnit.MINUTES), by, Double::sum);
                }
              }
            });
    if (errorTotals.size() > MOST_KINDS || errors.size() > MOST_KINDS) {
      errorTotals.keySet().retainAll(read.errors().keySet());
      errors.keySet().retainAll(read.errors().keySet());
    }
    while (harmless.size() > MOST_MINUTES) {
      harmless.pollFirstEntry();
    }
  }

  private void rose(Series counter, double by, OptionalDouble total, Instant at) {
    rose(counters, counter, counter.toString(), by, total, at);
  }

  private static <K> void rose(
      Map<K, RecentIncrease> runs,
      K key,
      String counter,
      double by,
      OptionalDouble total,
      Instant at) {
    RecentIncrease before = runs.get(key);
    RecentIncrease run =
        before == null ? new RecentIncrease(counter, by, at, at) : before.plus(by, at);
    runs.put(key, total.isPresent() ? run.counted(total.getAsDouble()) : run);
  }

  /** All runs. The run with the newest increase is first. */
  public synchronized List<RecentIncrease> all() {
    return Stream.concat(counters.values().stream(), errors.values().stream())
        .sorted(
            Comparator.comparing(RecentIncrease::last)
                .reversed()
                .thenComparing(RecentIncrease::counter))
        .toList();
  }

  /** Empty if no poll has read ipamD's metrics yet. */
  synchronized Optional<Reads> reads() {
    return reads;
  }

  /** Whether a counter rose in the last minutes. */
  synchronized boolean isRising(Series counter, Instant now) {
    RecentIncrease run = counters.get(counter);
    return run != null && run.isPresent(now);
  }

  /** The kinds of errors that rose in the last minutes, the largest increase first. */
  synchronized List<ErrorRun> risingErrors(Predicate<IpamdError> kinds, Instant now) {
    return errors.entrySet().stream()
        .filter(run -> kinds.test(run.getKey()) && run.getValue().isPresent(now))
        .map(run -> new ErrorRun(run.getKey(), run.getValue()))
        .sorted(
            Comparator.comparing((ErrorRun run) -> -run.increases().amount())
                .thenComparing(run -> run.error().key()))
        .toList();
  }

  /**
   * Returns the number of harmless errors up to a minute, and forgets these errors. Earlier minutes
   * are included, because the start minute of an agent has no datum, and its increases are part of
   * the next minute's datum.
   *
   * @param minute the last minute whose errors count
   */
  synchronized double takeHarmless(Instant minute) {
    Map<Instant, Double> upTo = harmless.headMap(minute, true);
    double errors = upTo.values().stream().mapToDouble(Double::doubleValue).sum();
    upTo.clear();
    return errors;
  }
}
