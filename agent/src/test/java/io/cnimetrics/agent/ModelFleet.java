package io.cnimetrics.agent;

import io.cnimetrics.publish.Answer;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.schedule.Fleet;
import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Many publishers in a time of their own, whose requests are counted by second. */
final class ModelFleet {
  private final Fleet fleet;
  private final int sets;
  private final boolean troubled;
  private final FakeClock clock = new FakeClock(World.START);
  private final Timeline timeline = new Timeline(clock);
  private final Map<Long, Integer> requestsBySecond = new HashMap<>();
  private List<ModelPublisher> publishers = List.of();

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
      timeline.add(now, at -> Optional.of(publisher.poll(at)));
      timeline.add(now, at -> Optional.of(publisher.send(at)));
    }
  }

  /** Stops all agents and starts them again, in no time. */
  void restart() {
    publishers.forEach(publisher -> publisher.stop(clock.instant()));
    timeline.clear();
    start();
  }

  /** Lets time pass. */
  void pass(Duration time) {
    timeline.pass(time);
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
