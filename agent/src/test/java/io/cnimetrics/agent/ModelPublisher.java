package io.cnimetrics.agent;

import static io.cnimetrics.testing.Snapshots.nothingRead;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Computation.AgentStart;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.testing.Counting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** The part of an agent that sends. Every metric has a value in every minute. */
final class ModelPublisher {
  /** The metrics of a node that have a value in each minute. */
  static final List<Metric> EACH_MINUTE =
      MetricCatalog.all().stream()
          .filter(metric -> !(metric.computation() instanceof AgentStart) && !metric.isOfSubnet())
          .toList();

  private static final Duration POLL_INTERVAL = Duration.ofMinutes(1);
  private static final Sampler SAMPLER =
      new Sampler(MetricCatalog.all(), new PodLimits(110, 3), Cluster.START);
  private static final PollSamples READING =
      SAMPLER.read(nothingRead().at(Cluster.START).build(), SamplerState.NONE);

  private static final Counting EVENTS = new Counting();

  private final String name;
  private final MetricSink sink;
  private final SplittableRandom random;
  private final MetricBuffer buffer;
  private final NodeSchedule schedule;
  private final boolean troubled;
  private Publisher publisher;

  /**
   * @param sets the number of sets of dimensions
   * @param troubled whether every minute has a new alert
   */
  ModelPublisher(
      String name,
      Duration publishInterval,
      int sets,
      boolean troubled,
      MetricSink sink,
      Instant now) {
    this.name = name;
    this.sink = sink;
    this.random = new SplittableRandom(name.hashCode());
    this.schedule = NodeSchedule.of(name, POLL_INTERVAL, publishInterval);
    this.troubled = troubled;
    this.buffer = AgentParts.buffer(to(sets), now);
    this.publisher = publisher();
  }

  private Publisher publisher() {
    return AgentParts.publisher(
        buffer,
        () -> identification(name),
        receiver -> sink,
        schedule,
        EVENTS,
        random,
        SAMPLER.start(),
        node -> {},
        why -> {
          throw new AssertionError(why);
        });
  }

  private static Destination to(int sets) {
    List<Map<String, String>> dimensions = new ArrayList<>();
    for (int i = 0; i < sets; i++) {
      dimensions.add(Map.of("CLUSTER_ID", "prod", "PART", String.valueOf(i)));
    }
    return new Destination("Kubernetes/CNI", dimensions);
  }

  private static Identification identification(String name) {
    return Identification.of(
        new Identification.Configured(name, Optional.of("prod"), Optional.of("us-west-2")),
        new InstanceMetadata.Result(Instance.UNKNOWN, List.of()));
  }

  Instant poll(Instant now) {
    SamplerState history = buffer.history();
    buffer.polled(now, history, reading(now, history));
    return schedule.nextPoll(now);
  }

  private PollSamples reading(Instant now, SamplerState history) {
    return new PollSamples(
        samples(now), READING.rose(), false, READING.capacity(), history, List.of());
  }

  private List<Sample> samples(Instant now) {
    boolean even = Math.floorDiv(now.getEpochSecond(), 60) % 2 == 0;
    List<Sample> samples = new ArrayList<>();
    for (Metric metric : EACH_MINUTE) {
      // Odd and even minutes have different alerts, so each minute has a new alert.
      boolean bad = troubled && even == (metric.kind() == Kind.COUNTER);
      OptionalDouble value = OptionalDouble.of(bad ? 100 : 0);
      OptionalDouble total =
          metric.kind() == Kind.COUNTER ? OptionalDouble.of(100) : OptionalDouble.empty();
      samples.add(new Sample(metric, value, total));
    }
    return samples;
  }

  Instant send(Instant now) {
    return publisher.run(() -> now);
  }

  /** SIGTERM. */
  void stop(Instant now) {
    poll(now);
    buffer.closeOpenMinute();
    publisher
        .sender(Receiver.CLOUDWATCH)
        .ifPresent(sender -> sender.flush(now, Duration.ofSeconds(5)));
  }

  /** Restarts the agent with the kept state. */
  void restart() {
    publisher = publisher();
  }
}
