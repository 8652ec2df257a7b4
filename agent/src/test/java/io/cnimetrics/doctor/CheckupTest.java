package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CheckupTest {
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
            seen -> {
              awaitForever(never);
              return List.of();
            },
            seen -> List.of(TOPIC.warn("found", "1", "because")),
            seen -> {
              awaitForever(never);
              return List.of();
            });

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
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
    List<Check> checks = Stream.of(looking).map(CheckupTest::check).toList();
    Examination seen = Patient.look(NamedScenario.IPAMD_DOWN);
    return new Checkup(checks).examine(seen);
  }

  private static Check check(Looking looking) {
    return new Check() {
      @Override
      public Topic topic() {
        return TOPIC;
      }

      @Override
      public Duration limit() {
        return Duration.ofMillis(200);
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
