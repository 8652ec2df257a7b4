package io.cnimetrics.catalog;

import java.util.Map;

/**
 * A run of minutes in which ipamD refused pods an address. Two minutes in a row without a refusal
 * end the run. One minute does not end the run, because the kubelet pauses between its attempts.
 *
 * @param first the first minute of the run, in minutes since 1970
 * @param last the last minute with a refusal, in minutes since 1970
 */
public record Refusals(long first, long last) {
  private static final int QUIET_MINUTES = 2;
  private static final long NEVER = Long.MIN_VALUE;
  static final Refusals NONE = new Refusals(NEVER, NEVER);

  void toNumbers(String prefix, Map<String, Double> numbers) {
    if (last != NEVER) {
      numbers.put(prefix + "first", (double) first);
      numbers.put(prefix + "last", (double) last);
    }
  }

  /** Converts stored numbers. A run that begins before 1970 is damaged and counts as unknown. */
  static Refusals of(String prefix, Map<String, Double> numbers) {
    long first = numbers.getOrDefault(prefix + "first", -1.0).longValue();
    long last = numbers.getOrDefault(prefix + "last", -1.0).longValue();
    return 0 <= first && first <= last ? new Refusals(first, last) : NONE;
  }

  /**
   * Adds the observation of a minute to the run. If the clock was set back by more than a minute,
   * the run continues at the new time. If the run is then more than {@link
   * Streak#MOST_MINUTES_AHEAD} minutes ahead of the clock, the next refusal begins a new run.
   */
  Refusals at(long minute, boolean refused) {
    if (minute + 1 < last && isWithin(0, minute)) {
      return new Refusals(minute - (last - first), minute);
    }
    if (!refused) {
      return this;
    }
    return new Refusals(isWithin(QUIET_MINUTES, minute) ? Math.min(first, minute) : minute, minute);
  }

  /** The minutes from the first to the last refusal of the current run; 0 if the run has ended. */
  long minutesAt(long minute) {
    return isWithin(QUIET_MINUTES - 1, minute) ? last - first + 1 : 0;
  }

  private boolean isWithin(int minutes, long minute) {
    return last != NEVER && minute - last <= minutes && last - minute <= Streak.MOST_MINUTES_AHEAD;
  }
}
