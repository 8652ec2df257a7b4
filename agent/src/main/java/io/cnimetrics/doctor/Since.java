package io.cnimetrics.doctor;

import io.cnimetrics.catalog.RecentIncrease;
import java.time.Duration;
import java.time.Instant;

/**
 * When trouble began.
 *
 * @param exact false if the first poll already saw the trouble, which then began before this time
 */
public record Since(Instant at, boolean exact) {
  public static Since exactly(Instant at) {
    return new Since(at, true);
  }

  public static Since before(Instant firstSeen) {
    return new Since(firstSeen, false);
  }

  /** Whether this time is so much later than another that a reader needs both. */
  boolean isMinutesAfter(Since other) {
    return Duration.between(other.at, at).compareTo(Duration.ofMinutes(1)) > 0;
  }

  /** Such as {@code 10:03 UTC (12 min)} or {@code before 10:03 UTC (over 12 min)}. */
  String text(Instant now) {
    String time = RecentIncrease.time(at, now);
    String ago = RecentIncrease.ago(at, now);
    return exact ? "%s (%s)".formatted(time, ago) : "before %s (over %s)".formatted(time, ago);
  }
}
