package io.cnimetrics.deadline;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A call of a method on a separate daemon thread. If the call hangs, the caller waits only up to
 * the limit, and the process can still exit.
 */
public final class BoundedCall<T> {
  private final FutureTask<T> task;
  private final Duration limit;
  private final long deadline;

  private BoundedCall(FutureTask<T> task, Duration limit) {
    this.task = task;
    this.limit = limit;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  /**
   * Starts a call.
   *
   * @param thread the name of the thread
   * @param limit the time limit of {@link #result}, counted from now
   */
  public static <T> BoundedCall<T> start(String thread, Duration limit, Supplier<T> call) {
    BoundedCall<T> started = new BoundedCall<>(new FutureTask<>(call::get), limit);
    Thread daemon = new Thread(started.task, thread);
    daemon.setDaemon(true);
    daemon.start();
    return started;
  }

  /**
   * Waits for the result up to the limit. Throws any exception or error of the call.
   *
   * @throws TimeoutException if the limit is over or the caller is interrupted. The message names
   *     the reason. The thread of the call is interrupted. The caller's interrupt flag stays set.
   */
  public T result() throws TimeoutException {
    try {
      return await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))
          .orElseThrow(
              () -> new TimeoutException("not finished after " + limit.toMillis() + " ms"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      TimeoutException interrupted = new TimeoutException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    } finally {
      cancel();
    }
  }

  /**
   * Waits for the result, and lets the call continue. Throws any exception or error of the call.
   *
   * @param most how long to wait, independent of the limit of {@link #result}
   * @return empty if the call has not ended in this time
   */
  public Optional<T> await(Duration most) throws InterruptedException {
    try {
      return Optional.of(task.get(most.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      // The cause is never a checked exception, because a Supplier cannot throw one.
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e);
    }
  }

  /** Interrupts the thread of a call that has not ended. */
  public void cancel() {
    task.cancel(true);
  }
}
