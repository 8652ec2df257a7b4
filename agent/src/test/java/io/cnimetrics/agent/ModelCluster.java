package io.cnimetrics.agent;

import io.cnimetrics.ipamd.Ipamd;
import io.cnimetrics.publish.FakeCloudWatch;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A cluster whose nodes run real agents on a simulated clock, for tests with many events. */
public final class ModelCluster {
  public static final String NAME = ModelAgent.CLUSTER;

  private final FakeClock clock;
  private final Timeline timeline;
  private final Duration publishInterval;
  private final Consumer<Arrival> cloudWatch;
  private final Map<String, ModelAgent> agents = new HashMap<>();
  private final Set<String> cutOff = new HashSet<>();

  /**
   * A datum that CloudWatch accepted.
   *
   * @param at when it arrived
   * @param node the node that sent it
   */
  public record Arrival(Instant at, String node, String namespace, Datum datum) {}

  public ModelCluster(Instant start, Duration publishInterval, Consumer<Arrival> cloudWatch) {
    this.clock = new FakeClock(start);
    this.timeline = new Timeline(clock);
    this.publishInterval = publishInterval;
    this.cloudWatch = cloudWatch;
  }

  public Instant now() {
    return clock.instant();
  }

  /**
   * Starts a node's agent.
   *
   * @param ipamd returns the snapshot of a poll at an instant
   * @param state the state directory
   */
  public void start(String node, Function<Instant, NodeSnapshot> ipamd, Optional<Path> state) {
    ModelAgent agent =
        new ModelAgent(
            node, source(ipamd), state, sinkOf(node), clock, publishInterval, node.hashCode());
    agent.start();
    agents.put(node, agent);
    timeline.add(now(), turn(agent, at -> agent.poll()));
    timeline.add(now(), turn(agent, at -> agent.send()));
  }

  private Ipamd source(Function<Instant, NodeSnapshot> ipamd) {
    return new Ipamd() {
      @Override
      public NodeSnapshot read(Duration most) {
        return ipamd.apply(now());
      }

      @Override
      public void abort() {}
    };
  }

  private MetricSink sinkOf(String node) {
    return (namespace, datums, limit) -> {
      if (cutOff.contains(node)) {
        return FakeCloudWatch.UNREACHABLE;
      }
      datums.forEach(datum -> cloudWatch.accept(new Arrival(now(), node, namespace, datum)));
      return PutResult.ACCEPTED;
    };
  }

  private static Timeline.Turn turn(ModelAgent agent, UnaryOperator<Instant> turn) {
    return now -> agent.runs() ? Optional.of(turn.apply(now)) : Optional.empty();
  }

  /** Ends a node's agent with SIGTERM. */
  public void stop(String node) {
    Objects.requireNonNull(agents.remove(node), node).stop();
  }

  /** Ends a node's agent at once, as if EC2 terminated the instance. */
  public void kill(String node) {
    Objects.requireNonNull(agents.remove(node), node).kill();
  }

  /** Cuts a node off from CloudWatch, or connects the node again. */
  public void cutOff(String node, boolean off) {
    if (off) {
      cutOff.add(node);
    } else {
      cutOff.remove(node);
    }
  }

  /** Schedules an event. */
  public void after(Duration time, Runnable event) {
    timeline.add(
        now().plus(time),
        at -> {
          event.run();
          return Optional.empty();
        });
  }

  /** Lets time pass. */
  public void pass(Duration time) {
    timeline.pass(time);
  }
}
