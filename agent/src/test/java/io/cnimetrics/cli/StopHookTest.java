package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

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

  private void run(Duration limit, BooleanSupplier stop) {
    new StopHook(stop, limit, halts::add).run();
  }
}
