package io.cnimetrics.health;

import java.time.Duration;

/** The durations of requests, in few buckets: each bucket is a series on every node. */
final class Latencies {
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
