package io.cnimetrics.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task at its due times until it is stopped. Due times use the wall clock, waiting uses the
 * monotonic clock: a clock step makes one run early or late, never many or none.
 */
final class Loop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  /** The pause after a run that failed because of a bug. */
  private static final Duration AFTER_BUG = Duration.ofSeconds(10);

  private final String name;
  private final Duration longestPause;
  private final InstantSource clock;
  private final Task task;
  private volatile long ranAtNanos = System.nanoTime();
  private volatile boolean hasRun;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** The work of a loop. */
  @FunctionalInterface
  interface Task {
    /**
     * Does what is due.
     *
     * @return when the next run is due; an earlier run does no harm
     */
    Instant run(Instant now);
  }

  /**
   * @param longestPause the longest time between two runs, even if the task returns a later time
   */
  Loop(String name, Duration longestPause, InstantSource clock, Task task) {
    this.name = name;
    this.longestPause = longestPause;
    this.clock = clock;
    this.task = task;
  }

  @Override
  public void run() {
    try {
      Duration pause = Duration.ZERO;
      while (!stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        pause = pauseAfter(clock.instant());
        ranAtNanos = System.nanoTime();
        hasRun = true;
      }
    } catch (InterruptedException e) {
      // An interrupt stops the loop too.
    }
  }

  private Duration pauseAfter(Instant now) {
    try {
      Instant next = task.run(now);
      Duration pause = Duration.between(clock.instant(), next);
      if (pause.isNegative()) {
        return Duration.ZERO;
      }
      return pause.compareTo(longestPause) < 0 ? pause : longestPause;
    } catch (RuntimeException e) {
      log.error("a run of the {} loop failed and is skipped; please report this bug", name, e);
      return AFTER_BUG.compareTo(longestPause) < 0 ? AFTER_BUG : longestPause;
    }
  }

  /** Stops the loop after the run in progress. */
  void stop() {
    stopped.countDown();
  }

  String name() {
    return name;
  }

  Duration longestPause() {
    return longestPause;
  }

  /** Whether a run has ended. */
  boolean hasRun() {
    return hasRun;
  }

  /** The time since the end of the last run, or since the loop was made. */
  Duration sinceRun() {
    return Duration.ofNanos(System.nanoTime() - ranAtNanos);
  }
}
