package io.cnimetrics.cli;

import io.cnimetrics.deadline.BoundedCall;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Ends the process after a signal, with exit code 0. Without this hook, the JVM would exit with
 * 143. The stop has a time limit, because a disk or a log pipe that hangs blocks every thread that
 * writes.
 *
 * @param stop stops the agent; returns false if the process already ends with another exit code
 * @param halt ends the process immediately with an exit code
 */
record StopHook(BooleanSupplier stop, Duration limit, IntConsumer halt) implements Runnable {
  /**
   * An orderly stop takes less than this. The limit is below the 10 s after which Docker sends
   * SIGKILL.
   */
  static final Duration LIMIT = Duration.ofSeconds(9);

  @Override
  public void run() {
    if (stopped()) {
      halt.accept(Cli.OK);
    }
  }

  private boolean stopped() {
    try {
      return BoundedCall.start("stopping", limit, stop::getAsBoolean).result();
    } catch (TimeoutException | RuntimeException | Error e) {
      // The failure is not logged, because the log is perhaps the cause.
      return true;
    }
  }
}
