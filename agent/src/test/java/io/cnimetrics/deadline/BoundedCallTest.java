package io.cnimetrics.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundedCallTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration AMPLE = Duration.ofSeconds(20);

  private final CountDownLatch interrupted = new CountDownLatch(1);

  @Test
  void callRunsOnASeparateThreadAndItsResultIsReturned() throws TimeoutException {
    assertThat(call(AMPLE, () -> Thread.currentThread().getName()).result()).isEqualTo("call");
  }

  @Test
  void callThatHangsEndsWithTheLimitAndIsInterrupted() throws InterruptedException {
    assertThatThrownBy(call(SHORT, this::hang)::result)
        .isInstanceOf(TimeoutException.class)
        .hasMessage("not finished after 50 ms");
    interrupted.await();
  }

  @Test
  void interruptedCallerStaysInterrupted() {
    BoundedCall<String> call = call(AMPLE, this::hang);
    Thread.currentThread().interrupt();

    assertThatThrownBy(call::result).isInstanceOf(TimeoutException.class).hasMessage("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void exceptionsAndErrorsOfTheCallAreThrownAgain() {
    for (Throwable thrown : new Throwable[] {new ArithmeticException(), new StackOverflowError()}) {
      assertThatThrownBy(call(AMPLE, () -> fail(thrown))::result).isSameAs(thrown);
    }
  }

  private static BoundedCall<String> call(Duration limit, Supplier<String> call) {
    return BoundedCall.start("call", limit, call);
  }

  private static String fail(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) thrown;
  }

  private String hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.countDown();
    }
    return "";
  }
}
