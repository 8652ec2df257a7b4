package io.cnimetrics.agent;

import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.cloudwatch.LocalCloudWatch;
import io.cnimetrics.cloudwatch.LocalCloudWatch.Traffic;
import io.cnimetrics.cloudwatch.LocalSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
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

/**
 * Prints the agent's heap and state file during an outage of CloudWatch, and the requests after the
 * outage.
 */
public final class OutageTable {
  private static final String INSTANCE_TYPE = "m5.xlarge";
  private static final List<Integer> HOURS = List.of(0, 6, 12, 24, 36, 48);
  private static final PutResult REFUSED =
      new PutResult(Status.RETRYABLE, Optional.empty(), "NO_ANSWER", "away", "wait");
  private static final String HEAP_LINE = "%7s %8s %10s %12s %14s%n";
  private static final String CATCHING_UP_LINE = "%-13s %8s %8s %8s %12s%n";

  /**
   * The number of full collections before each measurement. The serial collector moves all objects
   * only in every fourth collection.
   */
  private static final int FULL_COLLECTIONS = 4;

  private final Path directory;
  private final NodeSnapshot snapshot;
  private int directories;

  private OutageTable(Path directory) {
    this.directory = directory;
    this.snapshot = RepeatedIpamd.snapshot(INSTANCE_TYPE);
  }

  /** Measures: {@code STATE_DIRECTORY}. */
  public static void main(String[] args) throws IOException {
    OutageTable table = new OutageTable(Path.of(args[0]));
    System.out.printf(
        "CloudWatch is away, on JDK %s with %d MB of usable heap:%n",
        Runtime.version(), Runtime.getRuntime().maxMemory() >> 20);
    table.printOutage(Published.all(Published.MINUTE));
    System.out.println("catching up after 24 h:");
    System.out.printf(CATCHING_UP_LINE, "what", "interval", "minutes", "requests", "body bytes");
    table.printCatchingUp(Published.all(Published.MINUTE));
    table.printCatchingUp(Published.all(Published.FIVE_MINUTES));
    table.printCatchingUp(Published.allUnderFourSets(Published.MINUTE));
  }

  private void printOutage(Published published) throws IOException {
    System.out.printf(HEAP_LINE, "after", "waiting", "heap, kB", "CPU, s/h", "state file, kB");
    try (Outage outage = new Outage(published, Optional.of(stateDirectory()), true)) {
      int passed = 0;
      for (int hours : HOURS) {
        long cpuNanos = Meter.processCpuNanos();
        outage.agent.pass(Duration.ofHours(hours - passed));
        double cpuSeconds = (Meter.processCpuNanos() - cpuNanos) / 1e9;
        outage.print(
            hours + " h",
            hours == 0 ? "" : String.format(Locale.ROOT, "%.2f", cpuSeconds / (hours - passed)));
        passed = hours;
      }
      outage.restart();
      outage.print("restart", "");
    }
  }

  private void printCatchingUp(Published published) throws IOException {
    try (Outage outage = new Outage(published, Optional.empty(), false)) {
      outage.agent.pass(Duration.ofHours(24));
      outage.end();
      int minutes = 0;
      // The datums of the current interval are not part of the backlog.
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
    for (int i = 0; i < FULL_COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** An agent whose CloudWatch rejects all requests until the end of the outage. */
  private final class Outage implements AutoCloseable {
    private final ModelClock clock = new ModelClock();
    private final LocalCloudWatch cloudWatch = new LocalCloudWatch();
    private final CloudWatchSink sink = LocalSink.at(cloudWatch.url(), clock);
    private final Published published;
    private final Optional<Path> state;
    private final boolean failuresCost;
    private boolean away = true;
    private ModelAgent agent;

    /**
     * @param failuresCost whether requests are also encoded and sent while CloudWatch rejects them
     */
    Outage(Published published, Optional<Path> state, boolean failuresCost) throws IOException {
      this.published = published;
      this.state = state;
      this.failuresCost = failuresCost;
      cloudWatch.setAway(true);
      this.agent = start();
    }

    private PutResult put(String namespace, List<Datum> datums, Duration limit) {
      return away && !failuresCost ? REFUSED : sink.put(namespace, datums, limit);
    }

    void end() {
      away = false;
      cloudWatch.setAway(false);
    }

    private ModelAgent start() {
      return new ModelAgent(
          published, INSTANCE_TYPE, new RepeatedIpamd(snapshot, clock), this::put, state, clock);
    }

    void restart() {
      agent.close();
      agent = start();
    }

    void print(String after, String cpuSecondsAnHour) {
      System.out.printf(
          HEAP_LINE,
          after,
          agent.waitingMinutes(),
          usedHeapBytes() / 1_000,
          cpuSecondsAnHour,
          stateFileBytes() / 1_000);
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
