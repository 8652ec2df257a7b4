package io.cnimetrics.agent;

import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.cloudwatch.LocalCloudWatch;
import io.cnimetrics.cloudwatch.LocalCloudWatch.Traffic;
import io.cnimetrics.cloudwatch.LocalSink;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Prints what an outage of CloudWatch makes of the agent's heap and state, and what follows it. */
public final class OutageTable {
  private static final String INSTANCE_TYPE = "m5.xlarge";
  private static final List<Integer> HOURS = List.of(0, 6, 12, 24, 36, 48);
  private static final String HEAP_LINE = "%6s %8s %10s %12s %14s%n";
  private static final String CATCHING_UP_LINE = "%-13s %8s %8s %8s %12s%n";

  private final Path directory;
  private final NodeSnapshot snapshot;
  private int directories;

  private OutageTable(Path directory) {
    this.directory = directory;
    this.snapshot = snapshot();
  }

  /** Measures: {@code STATE_DIRECTORY}. */
  public static void main(String[] args) throws IOException {
    OutageTable table = new OutageTable(Path.of(args[0]));
    System.out.printf(
        "CloudWatch is away, on JDK %s with a heap of %d MB:%n",
        Runtime.version(), Runtime.getRuntime().maxMemory() >> 20);
    for (Published published :
        List.of(Published.all(Published.MINUTE), Published.allUnderFourSets(Published.MINUTE))) {
      table.printOutage(published);
    }
    System.out.printf("catching up after 24 h:%n");
    System.out.printf(CATCHING_UP_LINE, "what", "interval", "minutes", "requests", "body bytes");
    for (Duration interval : List.of(Published.MINUTE, Published.FIVE_MINUTES)) {
      table.printCatchingUp(Published.all(interval));
      table.printCatchingUp(Published.allUnderFourSets(interval));
    }
  }

  /** What a node of its kind tells; the simulator itself must not be in the heap. */
  private static NodeSnapshot snapshot() {
    ModelClock clock = new ModelClock();
    try (SimulatedIpamd ipamd =
        SimulatedIpamd.start(
            Scenario.of(INSTANCE_TYPE).pods(PodSchedule.constant(50)).build(),
            SimulatedIpamd.Ports.ANY,
            Duration.ofHours(1),
            clock)) {
      return new LocalIpamd(ipamd.introspectionUrl(), ipamd.metricsUrl(), clock).read();
    }
  }

  private void printOutage(Published published) throws IOException {
    System.out.printf("%s, every %d s:%n", published.title(), published.interval().toSeconds());
    System.out.printf(HEAP_LINE, "hours", "waiting", "heap, kB", "CPU, s/h", "state file, kB");
    try (Outage outage = new Outage(published, Optional.of(stateDirectory()))) {
      int passed = 0;
      for (int hours : HOURS) {
        long cpuNanos = Meter.processCpuNanos();
        outage.agent.pass(Duration.ofHours(hours - passed));
        double cpuSeconds = (Meter.processCpuNanos() - cpuNanos) / 1e9;
        System.out.printf(
            HEAP_LINE,
            hours,
            outage.agent.waitingMinutes(),
            usedHeapBytes() / 1_000,
            hours == 0 ? "" : String.format(Locale.ROOT, "%.2f", cpuSeconds / (hours - passed)),
            outage.stateFileBytes() / 1_000);
        passed = hours;
      }
    }
  }

  private void printCatchingUp(Published published) throws IOException {
    try (Outage outage = new Outage(published, Optional.empty())) {
      outage.agent.pass(Duration.ofHours(24));
      outage.cloudWatch.setAway(false);
      int minutes = 0;
      // What the newest interval brings waits for its own turn.
      while (outage.agent.waitingMinutes() > published.interval().toMinutes()) {
        outage.agent.pass(Published.MINUTE);
        minutes++;
      }
      Traffic sent = outage.cloudWatch.traffic();
      System.out.printf(
          CATCHING_UP_LINE,
          published.title(),
          published.interval().toSeconds() + " s",
          minutes,
          sent.requests(),
          "%,d".formatted(sent.bodyBytes()));
    }
  }

  private Path stateDirectory() {
    return directory.resolve("state-" + ++directories);
  }

  private static long usedHeapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** An agent whose CloudWatch refuses all requests, until it does not. */
  private final class Outage implements AutoCloseable {
    private final ModelClock clock = new ModelClock();
    private final LocalCloudWatch cloudWatch = new LocalCloudWatch();
    private final CloudWatchSink sink = LocalSink.at(cloudWatch.url(), clock);
    private final Optional<Path> state;
    private final ModelAgent agent;

    Outage(Published published, Optional<Path> state) throws IOException {
      this.state = state;
      cloudWatch.setAway(true);
      this.agent =
          new ModelAgent(
              published, INSTANCE_TYPE, new RepeatedIpamd(snapshot, clock), sink, state, clock);
    }

    long stateFileBytes() {
      try {
        return state.isPresent() ? Files.size(state.get().resolve("state")) : 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      agent.close();
      sink.close();
      cloudWatch.close();
    }
  }
}
