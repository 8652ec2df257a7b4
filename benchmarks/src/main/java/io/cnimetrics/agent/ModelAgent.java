package io.cnimetrics.agent;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.publish.Backoff;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** Runs the agent's loops in model time. No step waits. */
final class ModelAgent implements AutoCloseable {
  static final Duration POLL_INTERVAL = Duration.ofSeconds(30);

  private static final String NODE = "ip-10-20-133-207.eu-west-1.compute.internal";
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final ModelClock clock;
  private final MetricBuffer buffer;
  private final Poller poller;
  private final Publisher publisher;
  private Instant pollAt;
  private Instant sendAt;

  ModelAgent(
      Published published,
      String instanceType,
      Ipamd ipamd,
      MetricSink sink,
      Optional<Path> stateDirectory,
      ModelClock clock) {
    this.clock = clock;
    Instant now = clock.instant();
    SplittableRandom random = new SplittableRandom(1);
    NodeSchedule schedule = NodeSchedule.of(NODE, POLL_INTERVAL, published.interval());
    Sampler sampler = new Sampler(published.metrics(), new PodLimits(737, 3), now);
    AgentStats activity = new AgentStats();
    this.buffer =
        new MetricBuffer(
            stateDirectory,
            published.destination(),
            new Destination(Receiver.OTLP, "", published.destination().sets()),
            Set.of(Receiver.CLOUDWATCH),
            () -> now,
            activity,
            metric -> true,
            new AlertLog(NODE, Optional.empty()));
    this.poller = new Poller(ipamd, sampler, buffer, schedule, (seen, read) -> {});
    this.publisher =
        new Publisher(
            buffer,
            limit -> identification(instanceType),
            (receiver, region, at) ->
                new Sender(
                    buffer,
                    sink,
                    receiver,
                    schedule,
                    activity,
                    random,
                    Map.entry("region", region),
                    System::nanoTime,
                    at),
            sampler.start(),
            new Backoff(random),
            node -> poller.setInstance(node.instance()),
            why -> {
              throw new IllegalStateException(why);
            });
    this.pollAt = schedule.nextPoll(now);
    this.sendAt = now;
  }

  private static Identification identification(String instanceType) {
    Instance instance =
        new Instance(
            Optional.of("i-0a1b2c3d4e5f60718"),
            Optional.of(instanceType),
            Optional.of("eu-west-1"),
            Optional.of("eu-west-1a"),
            Map.of());
    return Identification.of(
        new Identification.Configured(NODE, Optional.of("production-eu"), Optional.of("eu-west-1")),
        new InstanceMetadata.Result(instance, List.of()));
  }

  /** Advances model time. */
  void pass(Duration time) {
    Instant end = clock.instant().plus(time);
    for (Instant next = next(); !next.isAfter(end); next = next()) {
      turnAt(next);
    }
    clock.set(end);
  }

  private Instant next() {
    return pollAt.isBefore(sendAt) ? pollAt : sendAt;
  }

  private void turnAt(Instant now) {
    clock.set(now);
    if (!pollAt.isAfter(now)) {
      pollAt = poller.run(now);
    } else {
      sendAt = bounded(publisher.run(() -> now), now);
    }
  }

  /** Does the same steps as the agent's loop. */
  private static Instant bounded(Instant next, Instant now) {
    Instant latest = now.plus(LONGEST_PAUSE);
    Instant earliest = now.plusMillis(1);
    return next.isBefore(earliest) ? earliest : next.isBefore(latest) ? next : latest;
  }

  int waitingMinutes() {
    return buffer.depth().minutes();
  }

  @Override
  public void close() {
    buffer.close();
  }
}
