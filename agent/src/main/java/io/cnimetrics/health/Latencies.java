package io.cnimetrics.health;

import java.time.Duration;

/** How long requests took, in a few buckets: a series each, on every node. */
final class Latencies {
  /** Bounds in seconds, included; a request is given up after ten. */
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
   * @param bounds of the buckets in seconds, rising to infinity
   * @param counts of each bucket alone
   * @param sum in seconds
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
  record Distribution(double[] bounds, long[] counts, double sum) {}
}
