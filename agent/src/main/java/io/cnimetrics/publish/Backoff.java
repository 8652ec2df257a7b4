package io.cnimetrics.publish;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Capped exponential backoff with full jitter: a whole fleet may fail at once, and its retries must
 * not come at once.
 */
public final class Backoff {
  /** The longest wait. */
  public static final Duration CAP = Duration.ofSeconds(60);

  private static final Duration FIRST = Duration.ofSeconds(1);

  private final RandomGenerator random;
  private int failures;

  public Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The wait after one more failure that may be temporary. */
  public Duration next() {
    return next(Math.min(CAP.toMillis(), FIRST.toMillis() << Math.min(failures, 16)));
  }

  /** The wait after one more failure that needs a repair first. */
  public Duration nextSlow() {
    return next(CAP.toMillis());
  }

  private Duration next(long mostMillis) {
    failures++;
    return Duration.ofMillis(random.nextLong(mostMillis) + 1);
  }

  public int failures() {
    return failures;
  }

  public void reset() {
    failures = 0;
  }
}
