package io.cnimetrics.agent;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.testing.Counting;
import io.cnimetrics.testing.Snapshots;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** An agent without threads. The test calls the loops of the agent. */
class ModelAgent {
  static final String CLUSTER = "prod";

  /**
   * A type with the limits of m5.xlarge. Each poll searches the table of types, and finds a1 early.
   */
  private static final Instance INSTANCE =
      Snapshots.instance("i-1", "a1.xlarge", "us-west-2", "us-west-2a");

  final String name;
  final Counting events = new Counting();
  private final Ipamd source;
  private final Optional<Path> state;
  private final MetricSink sink;
  private final Optional<MetricSink> otlp;
  private final InstantSource clock;
  private final Duration publishInterval;
  private final SplittableRandom random;
  private Optional<Running> running = Optional.empty();

  /** A running agent. */
  private record Running(MetricBuffer buffer, Poller poller, Publisher publisher) {}

  ModelAgent(
      String name,
      Ipamd source,
      Optional<Path> state,
      MetricSink sink,
      InstantSource clock,
      Duration publishInterval,
      long seed) {
    this(name, source, state, sink, Optional.empty(), clock, publishInterval, seed);
  }

  ModelAgent(
      String name,
      Ipamd source,
      Optional<Path> state,
      MetricSink sink,
      Optional<MetricSink> otlp,
      InstantSource clock,
      Duration publishInterval,
      long seed) {
    this.otlp = otlp;
    this.name = name;
    this.source = source;
    this.state = state;
    this.sink = sink;
    this.clock = clock;
    this.publishInterval = publishInterval;
    this.random = new SplittableRandom(seed);
  }

  final void start() {
    Instant now = clock.instant();
    NodeSchedule schedule = NodeSchedule.of(name, Duration.ofSeconds(30), publishInterval);
    Sampler sampler = new Sampler(MetricCatalog.all(), new PodLimits(110, 3), now);
    Destination destination =
        new Destination("Kubernetes/CNI", List.of(Map.of("CLUSTER_ID", Destination.UNKNOWN)));
    Set<Receiver> receivers =
        otlp.isPresent() ? Set.of(Receiver.values()) : Set.of(Receiver.CLOUDWATCH);
    MetricBuffer buffer = AgentParts.buffer(state, destination, receivers, events, now);
    Poller poller = new Poller(source, sampler.withGrace(), buffer, schedule, (seen, read) -> {});
    Publisher publisher =
        AgentParts.publisher(
            buffer,
            this::identification,
            receiver -> receiver == Receiver.OTLP ? otlp.orElseThrow() : sink,
            schedule,
            events,
            random,
            sampler.start(),
            node -> poller.setInstance(node.instance()),
            why -> {
              throw new AssertionError(why);
            });
    running = Optional.of(new Running(buffer, poller, publisher));
  }

  private Identification identification() {
    return Identification.of(
        new Identification.Configured(name, Optional.of(CLUSTER), Optional.of("us-west-2")),
        new InstanceMetadata.Result(INSTANCE, List.of()));
  }

  final boolean runs() {
    return running.isPresent();
  }

  final Instant poll() {
    return running.orElseThrow().poller().run(clock.instant());
  }

  final Instant send() {
    return running.orElseThrow().publisher().run(clock);
  }

  final int waiting() {
    return running.orElseThrow().buffer().depth().minutes();
  }

  /** SIGTERM. */
  final void stop() {
    Running last = running.orElseThrow();
    last.poller().finalPoll();
    last.buffer().closeOpenMinute();
    for (Receiver receiver : Receiver.values()) {
      last.publisher()
          .sender(receiver)
          .ifPresent(sender -> sender.flush(clock.instant(), Duration.ofSeconds(5)));
    }
    last.buffer().sync();
    kill();
  }

  /** Like SIGKILL. The state on disk stays, and everything else is lost. */
  final void kill() {
    // The end of a real process closes its files. Here, close() closes them.
    running.ifPresent(last -> last.buffer().close());
    running = Optional.empty();
  }
}
