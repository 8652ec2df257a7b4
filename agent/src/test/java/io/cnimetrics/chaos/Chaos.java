package io.cnimetrics.chaos;

import io.cnimetrics.chaos.FaultSchedule.Lane;
import io.cnimetrics.testing.Eventually;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Seven nodes with faults:
 *
 * <ul>
 *   <li>{@code steady}: only its peers have faults. Its process runs from the start to the end, and
 *       the report shows the process's memory.
 *   <li>{@code kept}: has a state directory, resolves CloudWatch's name, and gets its credentials
 *       from STS.
 *   <li>{@code role}: gets its identity and its credentials from instance metadata and EC2.
 *   <li>{@code memory}: has no state directory.
 *   <li>{@code disk}: the disk of its state directory fails.
 *   <li>{@code proxy}: sends through a proxy, gets its credentials from EKS Pod Identity, and loses
 *       files.
 *   <li>{@code clock}: its clock is set ahead and back.
 * </ul>
 */
public final class Chaos implements AutoCloseable {
  private static final Lane SERVICE = lane(5, 20, Edge.CLOUDWATCH);
  private static final Lane NAMED = lane(5, 20, Edge.CLOUDWATCH, Edge.NAMES);
  private static final Lane IDENTITY = lane(5, 20, Edge.IMDS, Edge.EC2);
  private static final Lane IPAMD = lane(50, 130, Edge.INTROSPECTION, Edge.METRICS);
  private static final Lane PROCESS = lane(30, 100, Edge.PROCESS);
  private static final Lane STATE = lane(30, 100, Edge.PROCESS, Edge.STATE_FILE);

  /**
   * The pauses are long, so that the agent writes its state between two faults. Otherwise an agent
   * that starts after a kill would read an old state.
   */
  private static final Lane DISK = lane(75, 90, Edge.STATE_DISK, Edge.STATE_LOSS, Edge.PROCESS);

  private static final Lane PROXY = lane(5, 20, Edge.PROXY);
  private static final Lane POD = lane(10, 40, Edge.POD_IDENTITY);
  private static final Lane TOKEN = lane(10, 40, Edge.STS);
  private static final Lane REMOVED = lane(20, 40, Edge.STATE_REMOVED, Edge.PROCESS);
  private static final Lane CLOCK = lane(15, 40, Edge.CLOCK);

  private static final Map<String, List<Lane>> NODES =
      new TreeMap<>(
          Map.of(
              "steady", List.of(SERVICE, IPAMD),
              "kept", List.of(NAMED, TOKEN, IPAMD, STATE),
              "role", List.of(SERVICE, IDENTITY, IPAMD, STATE),
              "memory", List.of(SERVICE, IPAMD, PROCESS),
              "disk", List.of(SERVICE, IPAMD, DISK),
              "proxy", List.of(PROXY, POD, IPAMD, REMOVED),
              "clock", List.of(CLOCK, PROCESS)));

  private static final Map<String, String> PODS =
      Map.of(
          "steady", "5:50:0.1",
          "kept", "5:50:0.15",
          "role", "50:5:0.1",
          "memory", "10:56:0.2",
          "disk", "5:40:0.1",
          "proxy", "8:40:0.15",
          "clock", "5:50:0.1");

  private static final Duration START = Duration.ofSeconds(25);
  private static final Duration LATE = Duration.ofSeconds(1);

  /** A long run prints its results so far after each period of this length. */
  private static final Duration PROGRESS = Duration.ofMinutes(20);

  /** Within this time the longest fault ends, and the agent sends all pending minutes. */
  private static final Duration SETTLED = Duration.ofMinutes(5);

  /** The last minute has no faults, so that every value of it must be exact. */
  private static final Duration PEACE = Duration.ofSeconds(150);

  private final long seed;
  private final Duration length;
  private final List<ChaosNode> nodes = new ArrayList<>();
  private final Map<String, Integer> injected = new ConcurrentHashMap<>();

  Chaos(long seed, Duration length, Path directory) throws IOException {
    this.seed = seed;
    this.length = length;
    for (Map.Entry<String, List<Lane>> node : NODES.entrySet()) {
      Set<Edge> edges =
          node.getValue().stream().flatMap(l -> l.edges().stream()).collect(Collectors.toSet());
      String pods = PODS.getOrDefault(node.getKey(), "20");
      nodes.add(new ChaosNode(node.getKey(), edges, pods, directory));
    }
  }

  /** The arguments are {@code SEED MINUTES}. If the seed is 0, the run chooses a seed. */
  public static void main(String[] args) throws IOException {
    long seed = Long.parseLong(args[0]);
    Duration length = Duration.ofSeconds(Math.round(60 * Double.parseDouble(args[1])));
    Path directory = Files.createTempDirectory("chaos");
    boolean good;
    try (Chaos chaos = new Chaos(seed == 0 ? anySeed() : seed, length, directory)) {
      good = chaos.run(System.out);
    }
    System.out.println("logs: " + directory);
    System.exit(good ? 0 : 1);
  }

  private static long anySeed() {
    return new Random().nextInt(1, 10_000);
  }

  /** Runs the schedule. Returns whether the checks of all nodes found no error. */
  boolean run(PrintStream out) {
    out.printf("seed %d, %d s, %d nodes%n", seed, length.toSeconds(), nodes.size());
    Instant begin = calmStart();
    List<Thread> lanes = new ArrayList<>();
    for (ChaosNode node : nodes) {
      for (Lane lane : NODES.getOrDefault(node.name(), List.of())) {
        List<Fault> faults =
            FaultSchedule.of(seed, node.name(), lane, length).stream()
                .filter(node::suffers)
                .toList();
        lanes.add(new Thread(() -> play(node, faults, begin), node.name() + lane.edges()));
      }
    }
    lanes.forEach(Thread::start);
    MemoryLog memory = MemoryLog.of(steady().pid());
    while (isAnyAlive(lanes, PROGRESS)) {
      out.printf("%n%d min, %s%n", sinceMinutes(begin), memory);
      progress(out);
    }
    nodes.forEach(Chaos::acknowledge);
    Instant calm = Instant.now();
    Eventually.comes(calm.plus(PEACE));
    Eventually.within(Checker.LATE, () -> isAllThere(calm));
    memory.stop();
    out.printf("%n%s%n", memory);
    nodes.forEach(ChaosNode::stop);
    return report(out);
  }

  /**
   * Starts the agents without faults, and waits for the first full minute, which they report first.
   */
  private Instant calmStart() {
    Instant next = Truth.minute(Instant.now()).plus(Truth.MINUTE);
    if (Instant.now().plus(START).isAfter(next)) {
      Eventually.comes(next.plusSeconds(1));
      next = next.plus(Truth.MINUTE);
    }
    nodes.forEach(ChaosNode::start);
    Eventually.comes(next);
    return next;
  }

  /** Waits at most this time for the end of all threads. Returns whether a thread still runs. */
  private static boolean isAnyAlive(List<Thread> threads, Duration longest) {
    Instant end = Instant.now().plus(longest);
    try {
      for (Thread thread : threads) {
        thread.join(Math.max(1, Duration.between(Instant.now(), end).toMillis()));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return threads.stream().anyMatch(Thread::isAlive);
  }

  /** Prints the missing and duplicate datums of all minutes that are old enough to have arrived. */
  private void progress(PrintStream out) {
    Instant end = Truth.minute(Instant.now().minus(SETTLED));
    for (ChaosNode node : nodes) {
      Verdict verdict = Checker.check(until(end, node.record()));
      out.printf(
          "%-8s %d lost, %d doubled%n",
          node.name(), verdict.count(Verdict.Fault.LOST), verdict.count(Verdict.Fault.DOUBLED));
    }
  }

  private static long sinceMinutes(Instant begin) {
    return Duration.between(begin, Instant.now()).toMinutes();
  }

  private ChaosNode steady() {
    return nodes.stream().filter(node -> node.name().equals("steady")).findFirst().orElseThrow();
  }

  private static void acknowledge(ChaosNode node) {
    try {
      node.acknowledge();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void play(ChaosNode node, List<Fault> faults, Instant begin) {
    Random random = new Random(seed);
    for (Fault fault : faults) {
      Eventually.comes(begin.plus(fault.from()));
      if (Instant.now().isAfter(begin.plus(fault.to()).plus(LATE))) {
        continue; // The previous fault has not ended, and two faults must not overlap.
      }
      try {
        Instant from = node.begin(fault, random);
        injected.merge(fault.name(), 1, Integer::sum);
        Eventually.comes(begin.plus(fault.to()));
        node.end(fault, from);
      } catch (IOException | RuntimeException | AssertionError e) {
        node.error("cannot play " + fault.name() + ": " + e);
      }
    }
  }

  /** Whether CloudWatch has the datums of all minutes before the minute that contains this time. */
  private boolean isAllThere(Instant calm) {
    return nodes.stream()
        .map(ChaosNode::record)
        .map(node -> until(Truth.minute(calm), node))
        .allMatch(node -> Checker.check(node).count(Verdict.Fault.LOST) == 0);
  }

  private static NodeRecord until(Instant end, NodeRecord node) {
    return new NodeRecord(
        node.name(),
        node.remembers(),
        node.answers().stream().filter(Truth.before(end)).toList(),
        node.disturbances(),
        node.puts(),
        node.steps(),
        node.errors());
  }

  private boolean report(PrintStream out) {
    out.println();
    new TreeMap<>(injected).forEach((fault, times) -> out.printf("%5d x %s%n", times, fault));
    List<Verdict> verdicts = nodes.stream().map(node -> Checker.check(node.record())).toList();
    Map<String, Integer> tolerated = new TreeMap<>();
    verdicts.forEach(v -> v.tolerated().forEach((why, n) -> tolerated.merge(why, n, Integer::sum)));
    out.println();
    tolerated.forEach((why, times) -> out.printf("%5d datums %s%n", times, why));
    out.println();
    out.println(Verdict.head());
    verdicts.forEach(out::println);
    verdicts.stream().flatMap(v -> v.details().stream()).limit(40).forEach(out::println);
    boolean good = verdicts.stream().allMatch(Verdict::isGood);
    out.printf("%n%s: seed %d%n", good ? "GOOD" : "BAD", seed);
    return good;
  }

  @Override
  public void close() {
    nodes.forEach(ChaosNode::close);
  }

  private static Lane lane(int shortestPause, int longestPause, Edge... edges) {
    return new Lane(
        Arrays.asList(edges), Duration.ofSeconds(shortestPause), Duration.ofSeconds(longestPause));
  }
}
