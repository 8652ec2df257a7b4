package io.cnimetrics.doctor;

import io.cnimetrics.catalog.RecentIncrease;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The total of a counter of ipamD, and the known increases.
 *
 * @param total the count since ipamD started
 * @param seenSince the time since which increases are known; empty if no increase can be known
 * @param run the last run of increases; empty if no increase is known
 * @param now the start of the last poll
 */
record Trend(double total, Optional<Instant> seenSince, Optional<RecentIncrease> run, Instant now) {
  /** The trend of the sum of two counters, such as the counters of two error codes. */
  Trend plus(Trend other) {
    return new Trend(
        total + other.total,
        seenSince,
        Stream.of(run, other.run).flatMap(Optional::stream).reduce(Trend::join),
        now);
  }

  private static RecentIncrease join(RecentIncrease one, RecentIncrease other) {
    if (one.last().isBefore(other.last())) {
      return join(other, one);
    }
    return other.isPresent(one.last())
        ? new RecentIncrease(
            one.counter(),
            one.amount() + other.amount(),
            one.since().isBefore(other.since()) ? one.since() : other.since(),
            one.last())
        : one;
  }

  /** Whether the counter rose in the last minutes. */
  boolean isRising() {
    return run.filter(increases -> increases.isPresent(now)).isPresent();
  }

  /** Whether the counter rises now, or perhaps rises now. */
  boolean mayRise() {
    return isRising() || (total > 0 && !known());
  }

  /** The agent polls at least once within this time. */
  static final Duration LAST_MINUTE = Duration.ofMinutes(1);

  /** Whether the counter rose within this time before the last poll. */
  boolean roseWithin(Duration time) {
    return run.filter(increases -> !increases.last().plus(time).isBefore(now)).isPresent();
  }

  /** The mean time between two attempts of the kubelet for one pod. */
  private static final double RETRY_SECONDS = 12.5;

  /** The number of pods that wait, if each increase is a refusal of an address. */
  double waitingPods() {
    return run.map(
            refusals ->
                refusals.amount()
                    / (1
                        + Duration.between(refusals.since(), refusals.last()).toSeconds()
                            / RETRY_SECONDS))
        .orElse(0.0);
  }

  /** Whether doctor can know if the counter rose in the last minutes. */
  boolean known() {
    return seenSince.isPresent();
  }

  /** Whether increases are known for at least this time before the last poll. */
  boolean seenFor(Duration time) {
    return seenSince.filter(start -> !start.isAfter(now.minus(time))).isPresent();
  }

  /** When the rise began; empty if the counter does not rise. */
  Optional<Since> since() {
    return run.filter(increases -> increases.isPresent(now))
        .map(
            increases ->
                isWhole(increases)
                    ? Since.exactly(increases.since())
                    : Since.before(seenSince.orElse(increases.since())));
  }

  /**
   * Whether the time when the run began is known. If the first read was shortly before the run and
   * saw a count over 0, the rise perhaps began before that read.
   */
  private boolean isWhole(RecentIncrease increases) {
    return increases.amount() == total
        || seenSince
            .filter(start -> start.isBefore(increases.since().minus(RecentIncrease.PRESENT)))
            .isPresent();
  }

  /**
   * The finding about a counter over 0. If the counter rises, the finding keeps its level. If the
   * counter is perhaps rising, the finding is a warning. If it has stopped, the finding is a note.
   */
  Finding judge(Finding rising) {
    if (isRising()) {
      return rising.since(since());
    }
    return (known() ? rising.at(Level.NOTE) : rising.at(Level.WARN)).ended();
  }

  /** The evidence, such as {@code 12 since ipamD started, 3 of them since 10:03 UTC}. */
  @Override
  public String toString() {
    String all = "%.0f since ipamD started".formatted(total);
    if (total == 0) {
      return all;
    } else if (isRising()) {
      RecentIncrease increases = run.orElseThrow();
      String amount = number(increases.amount());
      if (increases.amount() > total) {
        // The run began before ipamD's last restart, but the total counts only since that restart.
        return "%s, %s since %s, some before ipamD's restart"
            .formatted(all, amount, time(increases.since()));
      }
      if (increases.amount() == total) {
        return "%s%s since %s"
            .formatted(amount, amount.equals("1") ? "" : " times", time(increases.since()));
      } else if (isWhole(increases)) {
        return "%s, %s of them since %s".formatted(all, amount, time(increases.since()));
      }
      return "%s, %s of them in the last %s"
          .formatted(all, amount, RecentIncrease.ago(seenSince.orElse(increases.since()), now));
    } else if (run.isPresent()) {
      return "%s, the last at %s".formatted(all, time(run.get().last()));
    }
    return all
        + seenSince
            .map(start -> ", none in the last " + RecentIncrease.ago(start, now))
            .orElse(", at an unknown time (use --polls 2)");
  }

  private static String number(double count) {
    return String.format(Locale.ROOT, "%.0f", count);
  }

  private String time(Instant at) {
    return RecentIncrease.time(at, now);
  }
}
