package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.RecentIncrease;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrendTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  @Test
  void increaseIsAPartOfTheTotal() {
    assertThat(trend(12, 3)).hasToString("12 since ipamD started, 3 of them since 11:50 UTC");
  }

  @Test
  void increaseOverARestartIsNoPartOfTheTotal() {
    assertThat(trend(2, 5))
        .hasToString("2 since ipamD started, 5 since 11:50 UTC, some before ipamD's restart");
  }

  @Test
  void riseThatTheFirstReadHadAlreadySeenBeganBeforeThisRead() {
    Instant firstRead = NOON.minusSeconds(630);
    RecentIncrease run = new RecentIncrease("counter", 9, NOON.minusSeconds(600), NOON);

    assertThat(new Trend(12, Optional.of(firstRead), Optional.of(run), NOON).since())
        .hasValue(Since.before(firstRead));
    assertThat(new Trend(9, Optional.of(firstRead), Optional.of(run), NOON).since())
        .hasValue(Since.exactly(NOON.minusSeconds(600)));
  }

  @Test
  void riseLongAfterTheFirstReadBeganAtItsFirstIncrease() {
    assertThat(trend(12, 3).since()).hasValue(Since.exactly(NOON.minusSeconds(600)));
  }

  @Test
  void sinceNamesTheFirstReadIfTheTroubleIsOlder() {
    assertThat(Since.before(NOON.minusSeconds(630)).text(NOON))
        .isEqualTo("before 11:49 UTC (over 10 min)");
    assertThat(Since.exactly(NOON.minusSeconds(600)).text(NOON)).isEqualTo("11:50 UTC (10 min)");
  }

  private static Trend trend(double total, double increase) {
    RecentIncrease run =
        new RecentIncrease("counter", increase, NOON.minusSeconds(600), NOON.minusSeconds(30));
    return new Trend(total, Optional.of(NOON.minusSeconds(3_600)), Optional.of(run), NOON);
  }
}
