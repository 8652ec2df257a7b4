package io.cnimetrics.catalog;

import java.util.Map;

/**
 * A run of minutes in which pods were refused an address. One minute without a refusal does not end
 * the run, because the kubelet pauses between its attempts; two such minutes do.
 *
 * @param first the run's first minute, counted from 1970
 * @param last the last minute with a refusal
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

  static Refusals of(String prefix, Map<String, Double> numbers) {
    return numbers.containsKey(prefix + "first") && numbers.containsKey(prefix + "last")
        ? new Refusals(
            numbers.getOrDefault(prefix + "first", 0.0).longValue(),
            numbers.getOrDefault(prefix + "last", 0.0).longValue())
        : NONE;
  }

  /** The run after an observation of the given minute. */
  Refusals at(long minute, boolean refused) {
    if (!refused) {
      return this;
    }
    return new Refusals(isWithin(QUIET_MINUTES, minute) ? Math.min(first, minute) : minute, minute);
  }

  /** The length of the current run, from its first to its last refusal; 0 if there is none. */
  long minutesAt(long minute) {
    return isWithin(QUIET_MINUTES - 1, minute) ? last - first + 1 : 0;
  }

  private boolean isWithin(int minutes, long minute) {
    return last != NEVER && minute - last <= minutes && last - minute <= Streak.MOST_MINUTES_AHEAD;
  }
}
