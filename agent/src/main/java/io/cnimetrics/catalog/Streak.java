package io.cnimetrics.catalog;

import java.util.Map;

/**
 * The number of consecutive minutes in which a condition held. A minute without an observation does
 * not change the streak.
 *
 * @param minutesBefore the length of the streak before {@code minute}
 * @param minute the minute of the last observation, in minutes since 1970
 * @param held whether the condition held in {@code minute}, according to the observations so far
 */
public record Streak(long minutesBefore, long minute, boolean held) {
  static final Streak NONE = new Streak(0, Long.MIN_VALUE, false);

  /**
   * The most minutes that a stored minute can be ahead of the current minute. If the stored minute
   * is further ahead, the clock was wrong, and the agent forgets the streak. CloudWatch also
   * refuses such timestamps.
   */
  public static final long MOST_MINUTES_AHEAD = 120;

  void toNumbers(String prefix, Map<String, Double> numbers) {
    if (minute != NONE.minute) {
      numbers.put(prefix + "minutesBefore", (double) minutesBefore);
      numbers.put(prefix + "minute", (double) minute);
      numbers.put(prefix + "held", held ? 1.0 : 0.0);
    }
  }

  /** Converts stored numbers. A streak that begins before 1970 is damaged and ignored. */
  static Streak of(String prefix, Map<String, Double> numbers) {
    long minutesBefore = numbers.getOrDefault(prefix + "minutesBefore", 0.0).longValue();
    long minute = numbers.getOrDefault(prefix + "minute", -1.0).longValue();
    return 0 <= minutesBefore && minutesBefore <= minute
        ? new Streak(minutesBefore, minute, numbers.getOrDefault(prefix + "held", 0.0) > 0)
        : NONE;
  }

  /**
   * Adds an observation. If a minute has several observations, only the last one counts. If the
   * clock was set back by more than a minute, the streak continues at the new time. If it was set
   * back by more than {@link #MOST_MINUTES_AHEAD} minutes, a new streak begins.
   */
  Streak lastOf(long at, boolean holds) {
    if (at + MOST_MINUTES_AHEAD < minute) {
      return new Streak(0, at, holds);
    }
    if (at + 1 < minute) {
      return new Streak(Math.max(0, minutes() - 1), at, holds);
    }
    return at > minute
        ? new Streak(minutes(), at, holds)
        : new Streak(minutesBefore, minute, holds);
  }

  /** Like {@link #lastOf}, but a minute counts only if the condition held in each observation. */
  Streak allOf(long at, boolean holds) {
    boolean sameMinute = at == minute || at + 1 == minute;
    return lastOf(at, holds && (held || !sameMinute));
  }

  /** The minute in which the streak began, if each minute since then has an observation. */
  long firstMinute() {
    return minute - minutesBefore;
  }

  /** The length of the streak, with the current minute; 0 if the condition does not hold. */
  long minutes() {
    return held ? minutesBefore + 1 : 0;
  }
}
