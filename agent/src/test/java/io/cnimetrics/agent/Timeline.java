package io.cnimetrics.agent;

import static java.util.Comparator.comparing;

import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.PriorityQueue;

/** Runs the turns of many loops in the order of their times, on a simulated clock. */
final class Timeline {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final FakeClock clock;
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(comparing(Due::at).thenComparing(Due::number));
  private long added;

  Timeline(FakeClock clock) {
    this.clock = clock;
  }

  /** Runs one turn, and returns the due time of the next turn, if there is one. */
  @FunctionalInterface
  interface Turn {
    Optional<Instant> take(Instant now);
  }

  private record Due(Instant at, long number, Turn turn) {}

  void add(Instant at, Turn turn) {
    due.add(new Due(at, added++, turn));
  }

  void clear() {
    due.clear();
  }

  /** Lets time pass. */
  void pass(Duration time) {
    Instant end = clock.instant().plus(time);
    while (!due.isEmpty() && due.element().at().isBefore(end)) {
      Due next = due.remove();
      clock.advance(Duration.between(clock.instant(), next.at()));
      next.turn().take(clock.instant()).ifPresent(at -> add(bounded(at), next.turn()));
    }
    clock.advance(Duration.between(clock.instant(), end));
  }

  /**
   * The time of the next turn. It is after now. As in a real loop, it is at most a minute after
   * now.
   */
  private Instant bounded(Instant next) {
    Instant soonest = clock.instant().plusMillis(1);
    Instant latest = clock.instant().plus(LONGEST_PAUSE);
    return next.isBefore(soonest) ? soonest : next.isAfter(latest) ? latest : next;
  }
}
