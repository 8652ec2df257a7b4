package io.cnimetrics.agent;

import static java.util.Comparator.comparing;

import io.cnimetrics.publish.Answer;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.schedule.Fleet;
import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.UnaryOperator;

/** Many publishers in a time of their own, whose requests are counted by second. */
final class ModelFleet {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Fleet fleet;
  private final int sets;
  private final boolean troubled;
  private final FakeClock clock = new FakeClock(World.START);
  private final PriorityQueue<Due> due = new PriorityQueue<>(comparing(Due::at));
  private final Map<Long, Integer> requestsBySecond = new HashMap<>();
  private List<ModelPublisher> publishers = List.of();

  /** The next turn of a loop, which tells when the one after it is due. */
  private record Due(Instant at, UnaryOperator<Instant> turn) {}

  ModelFleet(Fleet fleet, int sets, boolean troubled) {
    this.fleet = fleet;
    this.sets = sets;
    this.troubled = troubled;
    start();
  }

  private void start() {
    Instant now = clock.instant();
    MetricSink counting =
        (namespace, datums, limit) -> {
          requestsBySecond.merge(clock.instant().getEpochSecond(), 1, Integer::sum);
          return Answer.ACCEPTED;
        };
    publishers =
        fleet
            .names()
            .map(
                name ->
                    new ModelPublisher(
                        name, fleet.publishInterval(), sets, troubled, counting, now))
            .toList();
    for (ModelPublisher publisher : publishers) {
      due.add(new Due(now, publisher::poll));
      due.add(new Due(now, publisher::send));
    }
  }

  /** Stops all agents and starts them again, in no time. */
  void restart() {
    publishers.forEach(publisher -> publisher.stop(clock.instant()));
    due.clear();
    start();
  }

  /** Lets time pass. */
  void pass(Duration time) {
    Instant end = clock.instant().plus(time);
    while (due.element().at().isBefore(end)) {
      Due next = due.remove();
      clock.advance(Duration.between(clock.instant(), next.at()));
      due.add(new Due(bounded(next.turn().apply(clock.instant())), next.turn()));
    }
    clock.advance(Duration.between(clock.instant(), end));
  }

  /** As a loop waits: never back, nor for longer than it may. */
  private Instant bounded(Instant next) {
    Instant soonest = clock.instant().plusMillis(1);
    Instant latest = clock.instant().plus(LONGEST_PAUSE);
    return next.isBefore(soonest) ? soonest : next.isAfter(latest) ? latest : next;
  }

  void forgetRequests() {
    requestsBySecond.clear();
  }

  int requests() {
    return requestsBySecond.values().stream().mapToInt(Integer::intValue).sum();
  }

  int worstSecond() {
    return requestsBySecond.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
