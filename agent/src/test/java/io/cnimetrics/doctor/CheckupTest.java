package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CheckupTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final Topic TOPIC = Topic.of("test", "nothing", "never", "nothing");

  @Test
  void checkThatThrowsIsNotCheckedAndSaysWhy() {
    assertThat(
            examine(
                seen -> {
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
        examine(
            List.of(
                hanging(never),
                check(AMPLE, seen -> List.of(TOPIC.warn("found", "1", "because"))),
                hanging(never)));

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AMPLE);
    assertThat(findings)
        .extracting(Finding::level)
        .containsExactly(Level.WARN, Level.NOT_CHECKED, Level.NOT_CHECKED);
    assertThat(findings.get(1).evidence()).isEqualTo("no end after 200 ms");
  }

  @Test
  void worstComesFirstAndEquallyBadInTheOrderOfTheChecks() {
    assertThat(
            examine(
                seen -> List.of(TOPIC.ok("a", "1"), TOPIC.fail("b", "1", "why")),
                seen -> List.of(TOPIC.notChecked("c"), TOPIC.note("d", "1", "why")),
                seen -> List.of(TOPIC.fail("e", "1", "why"), TOPIC.warn("f", "1", "why"))))
        .extracting(Finding::title)
        .containsExactly("b", "e", "f", "d", "a", "not checked");
  }

  private interface Looking {
    List<Finding> look(Examination seen);
  }

  private static List<Finding> examine(Looking... looking) {
    return examine(Stream.of(looking).map(look -> check(AMPLE, look)).toList());
  }

  private static List<Finding> examine(List<Check> checks) {
    Examination seen = Patient.look(NamedScenario.IPAMD_DOWN);
    return new Checkup(checks).examine(seen);
  }

  private static Check hanging(CountDownLatch never) {
    return check(
        SHORT,
        seen -> {
          awaitForever(never);
          return List.of();
        });
  }

  private static Check check(Duration limit, Looking looking) {
    return new Check() {
      @Override
      public Topic topic() {
        return TOPIC;
      }

      @Override
      public Duration limit() {
        return limit;
      }

      @Override
      public List<Finding> look(Examination seen) {
        return looking.look(seen);
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
