package io.cnimetrics.agent;

import io.cnimetrics.agent.Meter.Cost;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** Prints the cost of one warm poll and of its parts. ipamD is in another process. */
public final class PollTable {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final int WARM_UPS = 1_000;
  private static final int ROUNDS = 5;
  private static final int POLLS = 400;
  private static final int FIRST = 20;

  private final ModelClock clock = new ModelClock();
  private final Instance instance;
  private final Ipamd ipamd;
  private final Sampler sampler =
      new Sampler(MetricCatalog.all(), new PodLimits(737, 3), ModelClock.START);

  private PollTable(String instanceType, String introspectionUrl, String metricsUrl) {
    this.instance =
        new Instance(
            Optional.of("i-0a1b2c3d4e5f60718"),
            Optional.of(instanceType),
            Optional.of("eu-west-1"),
            Optional.of("eu-west-1a"),
            Map.of());
    this.ipamd = LocalIpamd.at(introspectionUrl, metricsUrl, clock);
  }

  /** Measures: {@code INSTANCE_TYPE INTROSPECTION_URL METRICS_URL STATE_DIRECTORY}. */
  public static void main(String[] args) {
    PollTable table = new PollTable(args[0], args[1], args[2]);
    System.out.printf(
        "one poll of an %s on JDK %s, median of %d rounds of %d:%n",
        args[0], Runtime.version(), ROUNDS, POLLS);
    CostLines.printTitles();
    CostLines.print(
        "first %d polls".formatted(FIRST), table.poll(Optional.empty(), new Meter(1, FIRST), 0));
    CostLines.print("poll", table.warm(Optional.empty()));
    CostLines.print("poll, state on disk", table.warm(Optional.of(Path.of(args[3]))));
    NodeSnapshot snapshot = table.snapshot();
    SamplerState history = table.sampler.read(snapshot, SamplerState.NONE).history();
    CostLines.print("  read and decode", measure(table.ipamd::read));
    CostLines.print("  compute samples", measure(() -> table.sampler.read(snapshot, history)));
  }

  private NodeSnapshot snapshot() {
    NodeSnapshot snapshot = ipamd.read().on(instance, List.of());
    if (snapshot.pool().isEmpty() || snapshot.metrics().isEmpty()) {
      throw new IllegalStateException("could not be read: " + snapshot.problems());
    }
    return snapshot;
  }

  private Cost warm(Optional<Path> stateDirectory) {
    return poll(stateDirectory, new Meter(ROUNDS, POLLS), WARM_UPS);
  }

  private Cost poll(Optional<Path> stateDirectory, Meter meter, int warmUps) {
    NodeSchedule schedule = NodeSchedule.of("bench", INTERVAL, Published.MINUTE);
    try (MetricBuffer buffer = buffer(stateDirectory)) {
      Poller poller = new Poller(ipamd, sampler, buffer, schedule, PollTable::check);
      poller.setInstance(instance);
      buffer.identify("i-bench", Map.of("CLUSTER_ID", "bench"));
      Sender sender =
          new Sender(
              buffer,
              (namespace, datums, limit) -> PutResult.ACCEPTED,
              Receiver.CLOUDWATCH,
              schedule,
              new AgentStats(),
              new SplittableRandom(),
              Map.entry("region", "none"),
              System::nanoTime,
              clock.instant());
      int[] polls = {0};
      return meter.measure(
          warmUps,
          () -> {
            clock.set(clock.instant().plus(INTERVAL));
            if (++polls[0] % 100 == 0) {
              sender.flush(clock.instant(), Duration.ofSeconds(10));
            }
          },
          () -> poller.run(clock.instant()));
    }
  }

  private MetricBuffer buffer(Optional<Path> stateDirectory) {
    Destination destination = Published.all(Published.MINUTE).destination();
    return new MetricBuffer(
        stateDirectory,
        destination,
        new Destination(Receiver.OTLP, "", destination.sets()),
        Set.of(Receiver.CLOUDWATCH),
        clock,
        new AgentStats(),
        metric -> true,
        report -> {});
  }

  private static void check(NodeSnapshot snapshot, PollSamples reading) {
    if (snapshot.pool().isEmpty() || snapshot.metrics().isEmpty()) {
      throw new IllegalStateException("could not be read: " + snapshot.problems());
    }
  }

  private static Cost measure(Runnable part) {
    return new Meter(ROUNDS, POLLS).measure(WARM_UPS, () -> {}, part);
  }
}
