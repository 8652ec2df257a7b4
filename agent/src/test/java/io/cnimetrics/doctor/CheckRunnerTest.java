package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckRunnerTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final CheckSpec SPEC = CheckSpec.of(CheckId.CLOCK, "nothing", "never", "nothing");

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void checkThatThrowsIsNotCheckedAndReportsTheReason(boolean doesIo) {
    Check check =
        SPEC.checkAll(
            node -> {
              throw new IllegalStateException("no permission");
            });

    assertThat(run(List.of(doesIo ? check.withIo(AMPLE) : check)))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.NOT_CHECKED);
              assertThat(finding.evidence()).contains("no permission");
            });
  }

  @Test
  void checkThatHangsIsNotCheckedAndDoesNotStopOthers() {
    CountDownLatch never = new CountDownLatch(1);
    long start = System.nanoTime();

    List<Finding> findings =
        run(
            List.of(
                hanging(never),
                io(() -> List.of(SPEC.warn("found", "1", "because"))),
                hanging(never)));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AMPLE);
    assertThat(findings)
        .extracting(Finding::level)
        .containsExactly(Level.WARN, Level.NOT_CHECKED, Level.NOT_CHECKED);
    assertThat(findings.get(1).evidence()).isEqualTo("not finished after 200 ms");
  }

  @Test
  void findingsAreSortedByLevelAndThenInTheOrderOfTheChecks() {
    assertThat(
            run(
                List.of(
                    io(() -> List.of(SPEC.ok("a", "1"), SPEC.fail("b", "1", "why"))),
                    SPEC.checkAll(
                        node -> List.of(SPEC.notChecked("c"), SPEC.note("d", "1", "why"))),
                    io(() -> List.of(SPEC.fail("e", "1", "why"), SPEC.warn("f", "1", "why"))))))
        .extracting(Finding::title)
        .containsExactly("b", "e", "f", "d", "a", "not checked");
  }

  @Test
  void checkWithoutIoRunsInTheCaller() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Function<NodeEvidence, List<Finding>> judge =
        node -> {
          threads.add(Thread.currentThread());
          return List.of(SPEC.ok("a", "1"));
        };

    run(List.of(SPEC.checkAll(judge), SPEC.checkAll(judge).withIo(AMPLE)));

    assertThat(threads).hasSize(2).containsOnlyOnce(Thread.currentThread());
  }

  private static List<Finding> run(List<Check> checks) {
    return new CheckRunner(checks).run(DoctorFixture.poll(NamedScenario.IPAMD_DOWN)).findings();
  }

  private static Check io(Supplier<List<Finding>> findings) {
    return SPEC.checkAll(node -> findings.get()).withIo(AMPLE);
  }

  private static Check hanging(CountDownLatch never) {
    return SPEC.checkAll(
            node -> {
              awaitForever(never);
              return List.of();
            })
        .withIo(SHORT);
  }

  private static void awaitForever(CountDownLatch never) {
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
