package io.cnimetrics.publish;

import static io.cnimetrics.testing.Snapshots.START;
import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.nothingRead;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.publish.AlertListener.AlertChanges;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.testing.Counting;
import io.cnimetrics.testing.Snapshots;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** A buffer that receives polls, with a fake CloudWatch that receives its requests. */
final class BufferFixture {
  static final Duration MINUTE = Duration.ofMinutes(1);

  /** Polls at second 10 and 40, sends at second 5 of each minute. */
  static final NodeSchedule SCHEDULE = schedule(MINUTE);

  static final Destination CLUSTER = destination("Kubernetes/CNI", Map.of("CLUSTER_ID", "prod"));

  private static final Set<Receiver> CLOUDWATCH = Set.of(Receiver.CLOUDWATCH);

  final FakeCloudWatch cloudWatch = new FakeCloudWatch();
  final Counting events = new Counting();
  final List<AlertChanges> reports = new ArrayList<>();
  final MetricBuffer buffer;

  /** The time that the requests took. */
  Duration passed = Duration.ZERO;

  /** Errors of ipamD up to this number in a minute start no alert. */
  double harmless;

  /** Whether a metric is sent. */
  Predicate<Metric> sent = metric -> true;

  private final Sampler sampler;

  private BufferFixture(
      Optional<Path> directory,
      String instance,
      Destination to,
      Instant now,
      Set<Receiver> receivers) {
    this.buffer =
        new MetricBuffer(
            directory,
            to,
            new Destination(Receiver.OTLP, "", to.sets()),
            receivers,
            () -> now,
            events,
            metric -> sent.test(metric),
            new Reports());
    buffer.identify(instance, Map.of());
    this.sampler = new Sampler(MetricCatalog.all(), new PodLimits(110, 3), now);
  }

  static BufferFixture inMemory() {
    return new BufferFixture(Optional.empty(), "i-1", CLUSTER, START, CLOUDWATCH);
  }

  static BufferFixture inMemory(Instant start) {
    return new BufferFixture(Optional.empty(), "i-1", CLUSTER, start, CLOUDWATCH);
  }

  static BufferFixture in(Path directory, Instant now) {
    return in(directory, "i-1", CLUSTER, now);
  }

  static BufferFixture in(Path directory, String instance, Destination to, Instant now) {
    return new BufferFixture(Optional.of(directory), instance, to, now, CLOUDWATCH);
  }

  static BufferFixture of(Set<Receiver> receivers, Path directory, Instant now) {
    return new BufferFixture(Optional.of(directory), "i-1", CLUSTER, now, receivers);
  }

  static Destination destination(String namespace, Map<String, String> set) {
    return new Destination(namespace, List.of(set));
  }

  static NodeSchedule schedule(Duration publishInterval) {
    return new NodeSchedule(
        Duration.ofSeconds(30), Duration.ofSeconds(10), publishInterval, Duration.ofSeconds(5));
  }

  /** The start of a minute. The number of the first minute is 0. */
  static Instant minute(int number) {
    return START.plus(MINUTE.multipliedBy(number));
  }

  Sender sender(Instant now) {
    return sender(SCHEDULE, now);
  }

  Sender sender(NodeSchedule schedule, Instant now) {
    return sender(cloudWatch, schedule, now);
  }

  Sender sender(MetricSink sink, Instant now) {
    return sender(sink, SCHEDULE, now);
  }

  /** A sender whose requests take this time. */
  Sender slowSender(Duration took, Instant now) {
    return sender(
        (namespace, datums, limit) -> {
          passed = passed.plus(took);
          return cloudWatch.put(namespace, datums, limit);
        },
        now);
  }

  Sender sender(MetricSink sink, NodeSchedule schedule, Instant now) {
    return new Sender(
        buffer,
        sink,
        Receiver.CLOUDWATCH,
        schedule,
        events,
        RandomGenerator.of("L64X128MixRandom"),
        Map.entry("region", "us-west-2"),
        () -> passed.toNanos(),
        now);
  }

  /** Polls an ipamD with this number of counted errors. */
  BufferFixture poll(Instant at, double errors) {
    return poll(good(errors).at(at));
  }

  BufferFixture poll(Snapshots snapshot) {
    var built = snapshot.build();
    SamplerState before = buffer.history();
    buffer.pollStarts(built.takenAt());
    buffer.polled(built.takenAt(), before, sampler.read(built, before));
    buffer.pollEnded();
    return this;
  }

  /** Takes the datums of a request to CloudWatch. */
  Batch take(Instant now) {
    return buffer.take(Receiver.CLOUDWATCH, now).orElseThrow();
  }

  static Snapshots good(double errors) {
    return nothingRead()
        .enis(eni(0, 14, 3, 0))
        .sum("awscni_ipamd_error_count", errors)
        .processStart(1e9);
  }

  private final class Reports implements AlertListener {
    @Override
    public void closed(AlertChanges changes) {
      reports.add(changes);
    }

    @Override
    public double harmless(Instant minute, String metric) {
      return metric.equals("ipamdErr") ? harmless : 0;
    }
  }
}
