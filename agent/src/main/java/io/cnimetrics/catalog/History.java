package io.cnimetrics.catalog;

import java.util.Optional;

/**
 * All that must be remembered from poll to poll; whatever keeps it can go on after a restart as if
 * nothing had happened.
 *
 * @param totals the counters at the last good read of ipamD's metrics
 * @param restarts restarts of ipamD seen so far
 * @param down minutes in which no poll could read introspection
 * @param warmPoolEmpty minutes without an address to give, though the pool may grow
 * @param refusals minutes in which pods were refused an address
 */
public record History(
    Optional<Totals> totals, long restarts, Streak down, Streak warmPoolEmpty, Refusals refusals) {
  public static final History NONE =
      new History(Optional.empty(), 0, Streak.NONE, Streak.NONE, Refusals.NONE);
}
