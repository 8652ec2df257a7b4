package io.cnimetrics.health;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.SendEvents;
import io.cnimetrics.publish.SendEvents.DropReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/** The agent's own counters since its start. Its loops write them, {@code /metrics} reads them. */
public final class AgentStats implements SendEvents {
  final EnumCounter<PollResult> polls = new EnumCounter<>(PollResult.class);
  final LongAdder sent = new LongAdder();
  final EnumCounter<DropReason> dropped = new EnumCounter<>(DropReason.class);
  final EnumCounter<PutResult.Status> requests = new EnumCounter<>(PutResult.Status.class);
  final Latencies latencies = new Latencies();

  /** The result of a poll. */
  public enum PollResult {
    GOOD,
    FAILED
  }

  public void polled(PollResult result) {
    polls.add(result, 1);
  }

  @Override
  public void answered(PutResult.Status outcome, Duration took) {
    requests.add(outcome, 1);
    latencies.add(took);
  }

  @Override
  public void sent(int datums) {
    sent.add(datums);
  }

  @Override
  public void dropped(DropReason reason, int datums) {
    dropped.add(reason, datums);
  }

  /** A counter for each constant of an enum, starting at 0; safe for several threads. */
  static final class EnumCounter<E extends Enum<E>> {
    /** Filled by the constructor and only read later, so it needs no lock. */
    private final Map<E, LongAdder> counts;

    EnumCounter(Class<E> kinds) {
      counts = new EnumMap<>(kinds);
      for (E kind : kinds.getEnumConstants()) {
        counts.put(kind, new LongAdder());
      }
    }

    void add(E kind, long count) {
      Objects.requireNonNull(counts.get(kind)).add(count);
    }

    /** Passes every constant and its count to the action, also if the count is 0. */
    void forEach(ObjLongConsumer<E> action) {
      counts.forEach((kind, count) -> action.accept(kind, count.sum()));
    }
  }

  /** The durations of requests, in few buckets: each bucket is a series on every node. */
  static final class Latencies {
    /** Upper bounds in seconds, inclusive; a request times out after ten. */
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
     * One reading.
     *
     * @param bounds upper bounds of the buckets in seconds, the last one infinity
     * @param counts the count of each bucket, not cumulative
     * @param sum in seconds
     */
    @SuppressWarnings("ArrayRecordComponent") // Passed on once, never compared.
    record Distribution(double[] bounds, long[] counts, double sum) {}
  }
}
