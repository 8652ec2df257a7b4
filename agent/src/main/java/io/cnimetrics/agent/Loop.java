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
  private final UnaryOperator<Instant> task;
  private volatile long ranAtNanos = System.nanoTime();
  private volatile boolean hasRun;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * @param longestPause the longest time between two runs, even if the task returns a later time
   * @param task does what is due at an instant, and returns when the next run is due; an earlier
   *     run does no harm
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
      // An interrupt stops the loop too.
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
    } catch (RuntimeException e) {
      log.error("a run of the {} loop failed and is skipped; please report this bug", name, e);
      return AFTER_BUG.compareTo(longestPause) < 0 ? AFTER_BUG : longestPause;
    }
  }

  /** Stops the loop after the run in progress. */
  void stop() {
    stopped.countDown();
  }

  /** Whether a run has ended. */
  boolean hasRun() {
    return hasRun;
  }

  /** When it last ran. Before the first run, the time counts from when the loop was made. */
  AgentHealth.Loop health() {
    Duration sinceRun = Duration.ofNanos(System.nanoTime() - ranAtNanos);
    return new AgentHealth.Loop(name, longestPause, sinceRun);
  }
}
