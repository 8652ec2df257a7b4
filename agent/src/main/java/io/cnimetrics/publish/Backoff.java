package io.cnimetrics.publish;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Capped exponential backoff with full jitter: whole fleets fail at once, and must not return so.
 */
public final class Backoff {
  /** The most that is waited. */
  public static final Duration CAP = Duration.ofSeconds(60);

  private static final Duration FIRST = Duration.ofSeconds(1);

  private final RandomGenerator random;
  private int failures;

  public Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** How long to wait after one more failure that may pass by itself. */
  public Duration next() {
    long most = Math.min(CAP.toMillis(), FIRST.toMillis() << Math.min(failures, 16));
    failures++;
    return Duration.ofMillis(random.nextLong(most) + 1);
  }

  /** How long to wait after one more failure that someone must mend first. */
  public Duration nextSlow() {
    failures++;
    return Duration.ofMillis(random.nextLong(CAP.toMillis()) + 1);
  }

  public int failures() {
    return failures;
  }

  public void reset() {
    failures = 0;
  }
}
