package io.cnimetrics.agent;

import io.cnimetrics.agent.ModelCloudWatch.Second;
import io.cnimetrics.plan.Fleet;
import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Many publishers and their CloudWatch on a simulated clock. */
final class ModelFleet {
  final ModelCloudWatch cloudWatch;
  private final FakeClock clock = new FakeClock(Cluster.START);
  private final Timeline timeline = new Timeline(clock);
  private final List<ModelPublisher> publishers;

  /**
   * @param requestsPerSecond the most requests per second that CloudWatch accepts
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
      timeline.add(now(), at -> Optional.of(publisher.poll(at)));
      timeline.add(now(), at -> Optional.of(publisher.send(at)));
    }
  }

  /** Stops all agents and starts them again at the same instant. Pending minutes are kept. */
  void restart() {
    publishers.forEach(publisher -> publisher.stop(now()));
    publishers.forEach(ModelPublisher::restart);
    timeline.clear();
    takeTurns();
  }

  Instant now() {
    return clock.instant();
  }

  /** Lets time pass. */
  void pass(Duration time) {
    timeline.pass(time);
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
