package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.OwnJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StopHookTest {
  private final List<Integer> halts = new ArrayList<>();

  @Test
  void stopEndsTheProcessWithSuccess() {
    run(Duration.ofSeconds(20), () -> true);
    assertThat(halts).containsExactly(0);
  }

  @Test
  void hangingStopStillEndsTheProcess() {
    CountDownLatch never = new CountDownLatch(1);
    run(
        Duration.ofMillis(50),
        () -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return true;
        });
    assertThat(halts).containsExactly(0);
  }

  @Test
  void failedStopStillEndsTheProcess() {
    run(
        Duration.ofSeconds(20),
        () -> {
          throw new IllegalStateException("planted");
        });
    assertThat(halts).containsExactly(0);
  }

  @Test
  void processThatIsAlreadyEndingKeepsItsExitCode() {
    run(Duration.ofSeconds(20), () -> false);
    assertThat(halts).isEmpty();
  }

  @Test
  void signalBeforeTheHookEndsTheProcessWithSuccessAndWithoutAMessage() throws Exception {
    assertThat(OwnJvm.lines(OwnJvm.of(OwnJvm.ofTheImage("-Xmx64m"), EndingJvm.class, List.of())))
        .isEmpty();
  }

  /** Starts the agent in a JVM that already ends. */
  static final class EndingJvm {
    private EndingJvm() {}

    public static void main(String[] arguments) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> Main.main(new String[] {"run"})));
      System.exit(143);
    }
  }

  private void run(Duration limit, BooleanSupplier stop) {
    new StopHook(stop, limit, halts::add).run();
  }
}
