package io.cnimetrics.cli;

import io.cnimetrics.deadline.BoundedCall;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Ends the process in time after a signal, with exit code 0; the JVM itself would exit with 143. A
 * hanging disk or a full log pipe may block a thread that writes, and then an orderly stop hangs.
 *
 * @param stop returns false if the process ends for another reason, with its own exit code
 * @param halt ends the process immediately
 */
record StopHook(BooleanSupplier stop, Duration limit, IntConsumer halt) implements Runnable {
  /** Longer than an orderly stop, and shorter than the 10 s before SIGKILL. */
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
      // Not logged: the log itself may be what hangs.
      return true;
    }
  }
}
