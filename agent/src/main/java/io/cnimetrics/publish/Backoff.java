package io.cnimetrics.publish;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Capped exponential backoff with full jitter. The requests of all agents can fail at the same
 * moment. The jitter then spreads their retries over time.
 */
public final class Backoff {
  private static final Duration CAP = Duration.ofSeconds(60);

  private static final Duration FIRST = Duration.ofSeconds(1);

  private final RandomGenerator random;
  private int failures;

  public Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Counts a failure that can end without a user, and returns the pause before the next attempt.
   */
  public Duration next() {
    return next(Math.min(CAP.toMillis(), FIRST.toMillis() << Math.min(failures, 16)));
  }

  /** Counts a failure that a user must repair, and returns the pause before the next attempt. */
  Duration nextSlow() {
    return next(CAP.toMillis());
  }

  private Duration next(long mostMillis) {
    failures++;
    return Duration.ofMillis(random.nextLong(mostMillis) + 1);
  }

  public void reset() {
    failures = 0;
  }
}
