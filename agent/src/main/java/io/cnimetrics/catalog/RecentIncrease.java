package io.cnimetrics.catalog;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalDouble;

/**
 * A run of increases of one counter. A pause of more than {@link #PRESENT} ends the run.
 *
 * @param counter the counter as PromQL would select it, such as {@code
 *     awscni_no_available_ip_addresses}
 * @param amount the sum of the increases in the run
 * @param since the start of the poll that saw the first increase
 * @param last the start of the poll that saw the last increase
 * @param total the count after the last increase; empty if unknown
 */
public record RecentIncrease(
    String counter, double amount, Instant since, Instant last, OptionalDouble total) {
  /**
   * An increase within this time shows present trouble. The time is longer than two minutes,
   * because ipamD makes no calls to EC2 for two minutes after an error about an empty subnet.
   */
  public static final Duration PRESENT = Duration.ofMinutes(3);

  /**
   * The agent's own count of the requests that ipamD refused after a poll in which all free
   * addresses were cooling. Such refusals show that pods wait for the cooldown. Earlier refusals do
   * not show this, because they perhaps happened before pods released the addresses.
   */
  public static final String REFUSED_WHILE_COOLING = "refusedWhileCooling";

  /** A run whose total is unknown. */
  public RecentIncrease(String counter, double amount, Instant since, Instant last) {
    this(counter, amount, since, last, OptionalDouble.empty());
  }

  /** Returns the run with one more increase, or a new run if this run has ended. */
  public RecentIncrease plus(double increase, Instant at) {
    return isPresent(at)
        ? new RecentIncrease(counter, amount + increase, since, at)
        : new RecentIncrease(counter, increase, at, at);
  }

  /** Returns a copy of the run with this total. */
  public RecentIncrease counted(double count) {
    return new RecentIncrease(counter, amount, since, last, OptionalDouble.of(count));
  }

  /**
   * Writes a time, such as {@code 10:03 UTC}, with the date if the time is more than 20 hours from
   * now.
   */
  public static String time(Instant at, Instant now) {
    String text = at.truncatedTo(ChronoUnit.SECONDS).toString();
    boolean recent = Duration.between(at, now).abs().compareTo(Duration.ofHours(20)) < 0;
    return recent ? text.substring(11, 16) + " UTC" : at.truncatedTo(ChronoUnit.MINUTES).toString();
  }

  /** The time from {@code at} to now, such as {@code 12 min}. */
  public static String ago(Instant at, Instant now) {
    long seconds = Math.max(0, Duration.between(at, now).toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7_200 ? seconds / 60 + " min" : seconds / 3_600 + " h";
  }

  /** Whether the run still continues at this time. */
  public boolean isPresent(Instant now) {
    return isPresent(last, now);
  }

  /**
   * Whether a time is recent. A time far in the future is not recent, because the clock was set
   * back after this time.
   */
  public static boolean isPresent(Instant at, Instant now) {
    return Duration.between(at, now).abs().compareTo(PRESENT) <= 0;
  }
}
