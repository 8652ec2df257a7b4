package io.cnimetrics.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition that other threads make true. */
final class Eventually {
  private static final long LIMIT_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LOOK_EVERY_NANOS = Duration.ofMillis(5).toNanos();

  private Eventually() {}

  static void holds(String what, BooleanSupplier condition) {
    long began = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - began > LIMIT_NANOS) {
        throw new AssertionError("not within 10 s: " + what);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }

  /** The live threads whose names start with {@code name}. */
  static List<Thread> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .toList();
  }
}
