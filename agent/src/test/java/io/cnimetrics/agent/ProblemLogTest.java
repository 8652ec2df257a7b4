package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.RecordedLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemLogTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final List<Problem> AWAY =
      List.of(new Problem(Source.EC2, Reason.TIMEOUT, "no answer", "wait"));

  private final ProblemLog problems = new ProblemLog();

  @Test
  void problemIsLoggedOnceAnHourAndAfterAClockStepBack() {
    try (RecordedLog log = new RecordedLog(ProblemLog.class.getName())) {
      problems.after(START, AWAY);
      problems.after(START.plus(Duration.ofMinutes(59)), AWAY);
      assertThat(log.lines()).hasSize(1);
      problems.after(START.plus(Duration.ofHours(1)), AWAY);
      assertThat(log.lines()).hasSize(2);

      problems.after(START.minus(Duration.ofDays(1)), AWAY);
      problems.after(START.minus(Duration.ofDays(1)).plusSeconds(30), AWAY);

      assertThat(log.lines()).hasSize(3);
    }
  }
}
