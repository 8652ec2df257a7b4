package io.cnimetrics.catalog;

/**
 * For how many minutes running a condition has held. Minutes that were not observed neither extend
 * the streak nor end it.
 *
 * @param minutesBefore minutes of the streak before the current one
 * @param minute the minute observed last, counted from 1970
 * @param held whether the condition holds in that minute, as far as it was seen
 */
public record Streak(long minutesBefore, long minute, boolean held) {
  static final Streak NONE = new Streak(0, Long.MIN_VALUE, false);

  /** In each minute the last observation counts. */
  Streak lastOf(long at, boolean holds) {
    return at > minute
        ? new Streak(minutes(), at, holds)
        : new Streak(minutesBefore, minute, holds);
  }

  /** A minute counts only if all its observations do. */
  Streak allOf(long at, boolean holds) {
    return at > minute || minute == Long.MIN_VALUE ? lastOf(at, holds) : lastOf(at, held && holds);
  }

  /** The streak's length, the current minute included; 0 if the condition does not hold. */
  long minutes() {
    return held ? minutesBefore + 1 : 0;
  }
}
