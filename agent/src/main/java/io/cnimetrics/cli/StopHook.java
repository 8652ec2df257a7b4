package io.cnimetrics.cli;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Ends the process on a signal, in time: a disk that hangs, or a log that nobody reads, may hang
 * whoever writes, and with it the stop. The JVM itself would exit with 143, though nothing went
 * wrong.
 */
final class StopHook implements Runnable {
  /** More than an orderly stop takes, and less than the 10 s that there are. */
  static final Duration LIMIT = Duration.ofSeconds(9);

  private final BooleanSupplier stop;
  private final Duration limit;
  private final IntConsumer halt;

  /**
   * @param stop false if the process ends for another reason, and with that one's exit code
   * @param halt ends the process, whatever its threads do
   */
  StopHook(BooleanSupplier stop, Duration limit, IntConsumer halt) {
    this.stop = stop;
    this.limit = limit;
    this.halt = halt;
  }

  @Override
  public void run() {
    if (stopped()) {
      halt.accept(Cli.OK);
    }
  }

  private boolean stopped() {
    FutureTask<Boolean> stopping = new FutureTask<>(stop::getAsBoolean);
    Thread thread = new Thread(stopping, "stopping");
    thread.setDaemon(true);
    thread.start();
    try {
      return stopping.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Not even told, because the log may be what hangs.
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
