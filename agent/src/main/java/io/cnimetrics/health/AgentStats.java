package io.cnimetrics.health;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.SendEvents;
import io.cnimetrics.publish.SendEvents.DropReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** The agent's counters of its own work since its start. {@code /metrics} shows the counters. */
public final class AgentStats implements SendEvents {
  final Map<PollResult, LongAdder> polls = zeros(PollResult.class);
  final LongAdder sent = new LongAdder();
  final Map<DropReason, LongAdder> dropped = zeros(DropReason.class);
  final Map<PutResult.Status, LongAdder> requests = zeros(PutResult.Status.class);
  final Latencies latencies = new Latencies();

  public enum PollResult {
    GOOD,
    FAILED
  }

  public void polled(PollResult result) {
    add(polls, result, 1);
  }

  /** The dropped datums by reason, without reasons for which no datum was dropped. */
  public Map<DropReason, Long> dropped() {
    Map<DropReason, Long> datums = new EnumMap<>(DropReason.class);
    dropped.forEach((reason, count) -> datums.put(reason, count.sum()));
    datums.values().removeIf(count -> count == 0);
    return datums;
  }

  @Override
  public void answered(PutResult.Status outcome, Duration took) {
    add(requests, outcome, 1);
    latencies.add(took);
  }

  @Override
  public void sent(int datums) {
    sent.add(datums);
  }

  @Override
  public void dropped(DropReason reason, int datums) {
    add(dropped, reason, datums);
  }

  /** Creates a counter for each constant. The map needs no lock, because its keys never change. */
  private static <E extends Enum<E>> Map<E, LongAdder> zeros(Class<E> kinds) {
    Map<E, LongAdder> counts = new EnumMap<>(kinds);
    for (E kind : kinds.getEnumConstants()) {
      counts.put(kind, new LongAdder());
    }
    return counts;
  }

  private static <E> void add(Map<E, LongAdder> counts, E kind, long count) {
    Objects.requireNonNull(counts.get(kind)).add(count);
  }

  /**
   * The durations of requests. There are only a few buckets, because each bucket is one more series
   * of each node.
   */
  static final class Latencies {
    /** The inclusive upper bounds in seconds. A request times out after 10 s. */
    private static final double[] BOUNDS = {0.1, 0.3, 1, 3, 10, Double.POSITIVE_INFINITY};

    private final long[] counts = new long[BOUNDS.length];
    private double sum;

    synchronized void add(Duration latency) {
      double seconds = latency.toNanos() / 1e9;
      int bucket = 0;
      while (seconds > BOUNDS[bucket]) {
        bucket++;
      }
      counts[bucket]++;
      sum += seconds;
    }

    synchronized Distribution read() {
      return new Distribution(BOUNDS.clone(), counts.clone(), sum);
    }

    /**
     * @param bounds the upper bounds of the buckets in seconds; the last bound is infinity
     * @param counts the number of requests in each bucket, without the requests in smaller buckets
     * @param sum the sum of all durations in seconds
     */
    @SuppressWarnings("ArrayRecordComponent") // Nothing compares two distributions.
    record Distribution(double[] bounds, long[] counts, double sum) {}
  }
}
