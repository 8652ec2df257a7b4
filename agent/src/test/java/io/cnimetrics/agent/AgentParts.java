package io.cnimetrics.agent;

import io.cnimetrics.catalog.Sample;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.publish.Backoff;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.SendEvents;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.testing.Counting;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Builds a buffer, and a publisher that sends the buffer's minutes. */
final class AgentParts {
  private AgentParts() {}

  /** A buffer in memory whose minutes are sent to CloudWatch. */
  static MetricBuffer buffer(Destination cloudWatch, Instant now) {
    Set<Receiver> receivers = Set.of(Receiver.CLOUDWATCH);
    return buffer(Optional.empty(), cloudWatch, receivers, new Counting(), now);
  }

  /** A buffer that gives all receivers the same dimensions. */
  static MetricBuffer buffer(
      Optional<Path> directory,
      Destination cloudWatch,
      Set<Receiver> receivers,
      SendEvents events,
      Instant now) {
    return new MetricBuffer(
        directory,
        cloudWatch,
        new Destination(Receiver.OTLP, "", cloudWatch.sets()),
        receivers,
        () -> now,
        events,
        metric -> true,
        report -> {});
  }

  /**
   * @param start the samples that count the start of the agent
   */
  static Publisher publisher(
      MetricBuffer buffer,
      Supplier<Identification> identity,
      Function<Receiver, MetricSink> sinks,
      NodeSchedule schedule,
      SendEvents events,
      RandomGenerator random,
      List<Sample> start,
      Consumer<NodeIdentity> onIdentity,
      Consumer<String> fatal) {
    return new Publisher(
        buffer,
        limit -> identity.get(),
        (receiver, region, now) ->
            new Sender(
                buffer,
                sinks.apply(receiver),
                receiver,
                schedule,
                events,
                random,
                Map.entry("region", region),
                System::nanoTime,
                now),
        start,
        new Backoff(random),
        onIdentity,
        fatal);
  }
}
