package io.cnimetrics.catalog;

/**
 * A run of minutes in which pods were refused an address. It goes on over one minute without a
 * refusal, because the kubelet pauses between its tries, and ends after two.
 *
 * @param first the run's first minute, counted from 1970
 * @param last the last minute with a refusal
 */
public record Refusals(long first, long last) {
  private static final int QUIET_MINUTES = 2;
  private static final long NEVER = Long.MIN_VALUE;
  static final Refusals NONE = new Refusals(NEVER, NEVER);

  /** The run after an observation of the given minute. */
  Refusals at(long minute, boolean refused) {
    if (!refused) {
      return this;
    }
    boolean sameRun = last != NEVER && minute - last <= QUIET_MINUTES;
    return new Refusals(sameRun ? Math.min(first, minute) : minute, minute);
  }

  /** The length of the run from its first to its last refusal; 0 if none is going on. */
  long minutesAt(long minute) {
    boolean goesOn = last != NEVER && minute - last < QUIET_MINUTES;
    return goesOn ? last - first + 1 : 0;
  }
}
