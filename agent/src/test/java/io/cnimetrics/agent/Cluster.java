package io.cnimetrics.agent;

import io.cnimetrics.publish.FakeCloudWatch;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.testing.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/** Nodes with agents, and CloudWatch, on a simulated clock. */
final class Cluster {
  static final Instant START = Instant.parse("2026-11-21T10:00:20Z");

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  final FakeClock clock = new FakeClock(START);
  final List<ModelNode> nodes = new ArrayList<>();
  final List<Arrival> arrivals = new ArrayList<>();
  private final Map<ModelNode, Instant> pollAt = new HashMap<>();
  private final Map<ModelNode, Instant> sendAt = new HashMap<>();
  private Duration passed = Duration.ZERO;
  private Duration stepped = Duration.ZERO;
  private Supplier<Fate> fate = () -> Fate.TAKEN;

  /** The fate of a request. */
  enum Fate {
    TAKEN,
    AWAY,
    ANSWER_LOST,
    KILLED_BEFORE,
    KILLED_AFTER
  }

  /**
   * A datum that CloudWatch accepted.
   *
   * @param excused whether the answer to the node was lost, so that the node can send the datum
   *     twice
   */
  record Arrival(String node, Datum datum, boolean excused) {}

  /** The end of an agent's process at any point. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  ModelNode add(String name, Optional<Path> state, Duration publishInterval) {
    ModelNode node =
        new ModelNode(name, state, sinkOf(name), clock, publishInterval, name.hashCode());
    nodes.add(node);
    start(node);
    return node;
  }

  private MetricSink sinkOf(String node) {
    return (namespace, datums, limit) -> {
      Fate now = fate.get();
      if (now == Fate.AWAY || datums.stream().anyMatch(this::isFarOff)) {
        return FakeCloudWatch.UNREACHABLE;
      } else if (now == Fate.KILLED_BEFORE) {
        throw new Killed();
      }
      boolean excused = now != Fate.TAKEN;
      datums.forEach(datum -> arrivals.add(new Arrival(node, datum, excused)));
      if (now == Fate.KILLED_AFTER) {
        throw new Killed();
      }
      return excused ? FakeCloudWatch.UNREACHABLE : PutResult.ACCEPTED;
    };
  }

  /** Whether CloudWatch refuses the timestamp of a datum. CloudWatch's clock is right. */
  private boolean isFarOff(Datum datum) {
    Instant right = clock.instant().minus(stepped);
    return datum.at().isAfter(right.plus(Duration.ofHours(2)))
        || datum.at().isBefore(right.minus(Duration.ofDays(14)));
  }

  /** Decides the fate of each request from now on. */
  void requests(Supplier<Fate> fates) {
    fate = fates;
  }

  void start(ModelNode node) {
    node.start();
    pollAt.put(node, now());
    sendAt.put(node, now());
  }

  void kill(ModelNode node) {
    node.kill();
  }

  /** Changes the nodes' wall clock without letting time pass. */
  void step(Duration by) {
    clock.advance(by);
    stepped = stepped.plus(by);
  }

  /** Lets time pass. */
  void pass(Duration time) {
    Duration end = passed.plus(time);
    while (passed.compareTo(end) < 0) {
      Duration step = end.minus(passed);
      for (ModelNode node : nodes) {
        if (node.runs()) {
          step = shorter(step, shorter(left(pollAt, node), left(sendAt, node)));
        }
      }
      passed = passed.plus(step);
      clock.advance(step);
      nodes.forEach(this::turn);
    }
  }

  private Instant now() {
    return Instant.EPOCH.plus(passed);
  }

  private Duration left(Map<ModelNode, Instant> due, ModelNode node) {
    Duration left = Duration.between(now(), due.getOrDefault(node, now()));
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void turn(ModelNode node) {
    try {
      if (node.runs() && left(pollAt, node).isZero()) {
        pollAt.put(node, after(node.poll(), Duration.ofSeconds(30)));
      }
      if (node.runs() && left(sendAt, node).isZero()) {
        sendAt.put(node, after(node.send(), LONGEST_PAUSE));
      }
    } catch (Killed e) {
      node.kill();
    }
  }

  /**
   * The due time of a turn on the monotonic clock. As in the real loop, a pause has an upper limit.
   */
  private Instant after(Instant next, Duration longest) {
    Duration pause = shorter(Duration.between(clock.instant(), next), longest);
    return now().plus(pause.isNegative() ? Duration.ZERO : pause).plusMillis(1);
  }

  /** CloudWatch's Sum of a minute over all nodes, for each metric. */
  Map<String, Double> sums(Instant minute) {
    return of(minute, Collectors.summingDouble(Datum::value));
  }

  /** CloudWatch's SampleCount of a minute, for each metric. */
  Map<String, Double> sampleCounts(Instant minute) {
    return of(minute, Collectors.summingDouble(datum -> 1));
  }

  private Map<String, Double> of(Instant minute, Collector<Datum, ?, Double> statistic) {
    return arrivals.stream()
        .map(Arrival::datum)
        .filter(datum -> datum.at().equals(minute))
        .collect(Collectors.groupingBy(Datum::metric, statistic));
  }
}
