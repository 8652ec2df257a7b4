package io.cnimetrics.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for effects of other processes and threads. */
public final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final long LOOK_EVERY_NANOS = Duration.ofMillis(20).toNanos();

  /** A long wait checks less often, because a check can be a request that keeps a server busy. */
  private static final long MOST_LOOKS = 500;

  private Eventually() {}

  /** Waits until the condition is true; fails if it is not true within 10 s. */
  public static void holds(String what, BooleanSupplier condition) {
    holds(what, LIMIT, condition);
  }

  /** Waits until the condition is true; fails if it is not true within the limit. */
  public static void holds(String what, Duration limit, BooleanSupplier condition) {
    if (!within(limit, condition)) {
      throw new AssertionError("not within " + limit + ": " + what);
    }
  }

  /** Waits until the condition is true; false if it is not true within the limit. */
  public static boolean within(Duration limit, BooleanSupplier condition) {
    long start = System.nanoTime();
    long pause = Math.max(LOOK_EVERY_NANOS, limit.toNanos() / MOST_LOOKS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(pause);
    }
    return true;
  }

  /** Waits for a time of the wall clock. */
  public static void comes(Instant time) {
    while (Instant.now().isBefore(time)) {
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }

  /** The live threads whose names start with {@code name}. */
  public static List<Thread> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .toList();
  }
}
