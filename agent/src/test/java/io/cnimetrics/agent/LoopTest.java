package io.cnimetrics.agent;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoopTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final FakeClock clock = new FakeClock(START);
  private final Semaphore turns = new Semaphore(0);
  private Loop loop = loop(now -> now);

  @AfterEach
  void stop() {
    loop.stop();
  }

  @Test
  void clockStepBackDelaysARunByAtMostThePause() throws InterruptedException {
    start(
        Duration.ofMillis(50),
        now -> {
          clock.advance(HOUR.negated());
          turns.release();
          return now;
        });
    assertThat(turns.tryAcquire(5, 10, SECONDS)).isTrue();
  }

  @Test
  void taskRunsWithinTheLongestPause() throws InterruptedException {
    start(Duration.ofMillis(50), now -> release(Instant.MAX));
    assertThat(turns.tryAcquire(3, 10, SECONDS)).isTrue();
  }

  @Test
  void overdueTaskRunsAtOnce() throws InterruptedException {
    start(HOUR, now -> release(Instant.MIN));
    assertThat(turns.tryAcquire(3, 10, SECONDS)).isTrue();
  }

  @Test
  void waitingLoopStopsAtOnce() throws InterruptedException {
    Thread thread = start(HOUR, now -> release(now.plus(HOUR)));
    assertThat(turns.tryAcquire(10, SECONDS)).isTrue();
    assertThat(turns.tryAcquire()).isFalse();

    loop.stop();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
    assertThat(loop.hasRun()).isTrue();
  }

  @Test
  void taskRunsAgainAfterAFailure() throws InterruptedException {
    AtomicInteger taken = new AtomicInteger();
    CountDownLatch second = new CountDownLatch(1);
    Thread thread =
        start(
            Duration.ofMillis(50),
            now -> {
              if (taken.incrementAndGet() == 1) {
                throw new IllegalStateException("planted");
              }
              second.countDown();
              return now.plus(HOUR);
            });
    assertThat(second.await(10, SECONDS)).isTrue();
    assertThat(thread.isAlive()).isTrue();
  }

  @Test
  void inputThatOverflowsTheStackEndsOnlyItsRun() throws InterruptedException {
    Thread thread =
        start(
            Duration.ofMillis(50),
            now -> {
              turns.release();
              throw new StackOverflowError("planted");
            });
    assertThat(turns.tryAcquire(3, 10, SECONDS)).isTrue();
    assertThat(thread.isAlive()).isTrue();
  }

  @Test
  void otherErrorEndsTheThreadOfTheLoop() throws InterruptedException {
    Error planted = new LinkageError("planted");
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    loop =
        new Loop(
            "test",
            HOUR,
            clock,
            now -> {
              throw planted;
            });
    Thread thread = new Thread(loop, "test-loop");
    thread.setUncaughtExceptionHandler((ended, failure) -> uncaught.set(failure));
    thread.start();
    thread.join(10_000);
    assertThat(uncaught.get()).isSameAs(planted);
  }

  private Instant release(Instant next) {
    turns.release();
    return next;
  }

  private Thread start(Duration longestPause, UnaryOperator<Instant> turn) {
    loop = new Loop("test", longestPause, clock, turn);
    Thread thread = new Thread(loop, "test-loop");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private Loop loop(UnaryOperator<Instant> turn) {
    return new Loop("test", HOUR, clock, turn);
  }
}
