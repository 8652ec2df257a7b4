package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CheckRunnerTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final CheckSpec SPEC = CheckSpec.of("test", "nothing", "never", "nothing");

  @Test
  void checkThatThrowsIsNotCheckedAndSaysWhy() {
    assertThat(
            run(
                node -> {
                  throw new IllegalStateException("no right to ask");
                }))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.NOT_CHECKED);
              assertThat(finding.evidence()).contains("no right to ask");
            });
  }

  @Test
  void checkThatHangsIsNotCheckedAndHoldsUpNoOther() {
    CountDownLatch never = new CountDownLatch(1);
    long began = System.nanoTime();

    List<Finding> findings =
        run(
            List.of(
                hanging(never),
                check(AMPLE, node -> List.of(SPEC.warn("found", "1", "because"))),
                hanging(never)));

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AMPLE);
    assertThat(findings)
        .extracting(Finding::level)
        .containsExactly(Level.WARN, Level.NOT_CHECKED, Level.NOT_CHECKED);
    assertThat(findings.get(1).evidence()).isEqualTo("not finished after 200 ms");
  }

  @Test
  void worstComesFirstAndEquallyBadInTheOrderOfTheChecks() {
    assertThat(
            run(
                node -> List.of(SPEC.ok("a", "1"), SPEC.fail("b", "1", "why")),
                node -> List.of(SPEC.notChecked("c"), SPEC.note("d", "1", "why")),
                node -> List.of(SPEC.fail("e", "1", "why"), SPEC.warn("f", "1", "why"))))
        .extracting(Finding::title)
        .containsExactly("b", "e", "f", "d", "a", "not checked");
  }

  private interface Looking {
    List<Finding> run(NodeEvidence node);
  }

  private static List<Finding> run(Looking... looking) {
    return run(Stream.of(looking).map(look -> check(AMPLE, look)).toList());
  }

  private static List<Finding> run(List<Check> checks) {
    NodeEvidence node = DoctorFixture.poll(NamedScenario.IPAMD_DOWN);
    return new CheckRunner(checks).run(node);
  }

  private static Check hanging(CountDownLatch never) {
    return check(
        SHORT,
        node -> {
          awaitForever(never);
          return List.of();
        });
  }

  private static Check check(Duration limit, Looking looking) {
    return new Check() {
      @Override
      public CheckSpec spec() {
        return SPEC;
      }

      @Override
      public Duration limit() {
        return limit;
      }

      @Override
      public List<Finding> run(NodeEvidence node) {
        return looking.run(node);
      }
    };
  }

  private static void awaitForever(CountDownLatch never) {
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
