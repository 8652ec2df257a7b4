package io.cnimetrics.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes turns until it is stopped. Due times use the wall clock, waiting uses the monotonic clock:
 * a clock step makes one turn early or late, never many or none.
 */
final class Loop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  /** The pause after a turn that failed because of a bug. */
  private static final Duration AFTER_BUG = Duration.ofSeconds(10);

  private final String name;
  private final Duration longestPause;
  private final InstantSource clock;
  private final Turn turn;
  private volatile long turnedAtNanos = System.nanoTime();
  private volatile boolean turned;
  private boolean stopped;

  /** The work of a loop. */
  @FunctionalInterface
  interface Turn {
    /**
     * Does what is due.
     *
     * @return when the next turn is due; an earlier turn does no harm
     */
    Instant take(Instant now);
  }

  /**
   * @param longestPause the longest time between two turns, whatever a turn returns
   */
  Loop(String name, Duration longestPause, InstantSource clock, Turn turn) {
    this.name = name;
    this.longestPause = longestPause;
    this.clock = clock;
    this.turn = turn;
  }

  @Override
  public void run() {
    while (!isStopped()) {
      Duration pause = pauseAfter(clock.instant());
      turnedAtNanos = System.nanoTime();
      turned = true;
      await(pause);
    }
  }

  private Duration pauseAfter(Instant now) {
    try {
      Instant next = turn.take(now);
      Duration pause = Duration.between(clock.instant(), next);
      if (pause.isNegative()) {
        return Duration.ZERO;
      }
      return pause.compareTo(longestPause) < 0 ? pause : longestPause;
    } catch (RuntimeException e) {
      log.error("a turn of the {} loop failed and is skipped; please report this bug", name, e);
      return AFTER_BUG.compareTo(longestPause) < 0 ? AFTER_BUG : longestPause;
    }
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private synchronized void await(Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    try {
      while (!stopped) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          break;
        }
        // Rounded up: a turn that is too early does nothing.
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      stopped = true;
    }
  }

  /** Stops the loop after the turn in progress. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  String name() {
    return name;
  }

  Duration longestPause() {
    return longestPause;
  }

  /** Whether a turn has ended. */
  boolean hasTurned() {
    return turned;
  }

  /** The time since the end of the last turn, or since the loop was made. */
  Duration sinceTurn() {
    return Duration.ofNanos(System.nanoTime() - turnedAtNanos);
  }
}
