package io.cnimetrics.agent;

import static java.util.Comparator.comparing;

import io.cnimetrics.agent.ModelCloudWatch.Second;
import io.cnimetrics.schedule.Fleet;
import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.UnaryOperator;

/** Many publishers in a time of their own, and their CloudWatch. */
final class ModelFleet {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  final ModelCloudWatch cloudWatch;
  private final FakeClock clock = new FakeClock(World.START);
  private final PriorityQueue<Due> due = new PriorityQueue<>(comparing(Due::at));
  private final List<ModelPublisher> publishers;

  /** The next turn of a loop, which tells when the one after it is due. */
  private record Due(Instant at, UnaryOperator<Instant> turn) {}

  /**
   * @param requestsPerSecond that CloudWatch takes
   */
  ModelFleet(Fleet fleet, int sets, boolean troubled, double requestsPerSecond) {
    this.cloudWatch = new ModelCloudWatch(clock, requestsPerSecond);
    this.publishers =
        fleet
            .names()
            .map(
                name ->
                    new ModelPublisher(
                        name, fleet.publishInterval(), sets, troubled, cloudWatch.of(name), now()))
            .toList();
    takeTurns();
  }

  private void takeTurns() {
    for (ModelPublisher publisher : publishers) {
      due.add(new Due(now(), publisher::poll));
      due.add(new Due(now(), publisher::send));
    }
  }

  /** Stops all agents and starts them again, in no time; what waits survives. */
  void restart() {
    publishers.forEach(publisher -> publisher.stop(now()));
    publishers.forEach(ModelPublisher::restart);
    due.clear();
    takeTurns();
  }

  Instant now() {
    return clock.instant();
  }

  /** Lets time pass. */
  void pass(Duration time) {
    Instant end = now().plus(time);
    while (due.element().at().isBefore(end)) {
      Due next = due.remove();
      clock.advance(Duration.between(now(), next.at()));
      due.add(new Due(bounded(next.turn().apply(now())), next.turn()));
    }
    clock.advance(Duration.between(now(), end));
  }

  /** As a loop waits: never back, nor for longer than it may. */
  private Instant bounded(Instant next) {
    Instant soonest = now().plusMillis(1);
    Instant latest = now().plus(LONGEST_PAUSE);
    return next.isBefore(soonest) ? soonest : next.isAfter(latest) ? latest : next;
  }

  void forgetRequests() {
    cloudWatch.forget();
  }

  int requests() {
    return cloudWatch.seconds().mapToInt(Second::requests).sum();
  }

  int worstSecond() {
    return cloudWatch.seconds().mapToInt(Second::requests).max().orElse(0);
  }
}
