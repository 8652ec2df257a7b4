package io.cnimetrics.agent;

import io.cnimetrics.health.AgentHealth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task at its due times until the loop is stopped. Due times use the wall clock, and pauses
 * use the monotonic clock. Therefore a change of the wall clock makes only one run early or late.
 *
 * <p>An exception ends only the current run, and the loop continues. A {@link StackOverflowError}
 * is treated the same way, because a single input causes this error and the process stays intact.
 * Any other {@link Error} ends the process.
 */
final class Loop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  /** The pause after a run that failed because of a bug. */
  private static final Duration AFTER_BUG = Duration.ofSeconds(10);

  private final String name;
  private final Duration longestPause;
  private final InstantSource clock;
  private final UnaryOperator<Instant> task;
  private volatile long ranAtNanos = System.nanoTime();
  private volatile boolean hasRun;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * @param longestPause the longest pause between two runs. It applies even if the next due time is
   *     later
   * @param task does the work that is due at the given time, and returns the next due time. The
   *     loop may run the task earlier
   */
  Loop(String name, Duration longestPause, InstantSource clock, UnaryOperator<Instant> task) {
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
      // An interrupt also stops the loop.
    }
  }

  private Duration pauseAfter(Instant now) {
    try {
      Instant next = task.apply(now);
      Duration pause = Duration.between(clock.instant(), next);
      if (pause.isNegative()) {
        return Duration.ZERO;
      }
      return pause.compareTo(longestPause) < 0 ? pause : longestPause;
    } catch (RuntimeException | StackOverflowError e) {
      log.error("a run of the {} loop failed, the loop continues; please report this bug", name, e);
      return AFTER_BUG.compareTo(longestPause) < 0 ? AFTER_BUG : longestPause;
    }
  }

  /** Stops the loop after the run in progress has ended. */
  void stop() {
    stopped.countDown();
  }

  boolean hasRun() {
    return hasRun;
  }

  /** The time since the last run or, before the first run, since the loop was created. */
  AgentHealth.Loop health() {
    Duration sinceRun = Duration.ofNanos(System.nanoTime() - ranAtNanos);
    return new AgentHealth.Loop(name, longestPause, sinceRun);
  }
}
