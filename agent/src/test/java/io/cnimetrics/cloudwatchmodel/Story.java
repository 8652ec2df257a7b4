package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.agent.ModelCluster;
import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/** The events of a cluster, minute by minute, as the agents of its nodes see them. */
final class Story {
  static final Instant START = Instant.parse("2026-11-20T13:50:00Z");

  /** Until this time the agents start, and the story has no events. */
  static final Instant QUIET_UNTIL = START.plus(Duration.ofMinutes(7));

  private static final Duration MINUTE = Duration.ofMinutes(1);

  final MetricStore cloudWatch = new MetricStore();
  final ModelCluster cluster;
  private final Map<String, StoryNode> nodes = new LinkedHashMap<>();
  private final Map<Instant, List<Map<String, Double>>> truth = new HashMap<>();
  final List<ModelCluster.Arrival> arrivals = new ArrayList<>();

  /** The nodes that existed in each minute. */
  final SortedMap<Instant, Set<String>> existed = new TreeMap<>();

  private final int publishMinutes;

  Story(int publishMinutes) {
    this(START, publishMinutes);
  }

  Story(Instant start, int publishMinutes) {
    this.publishMinutes = publishMinutes;
    cluster = new ModelCluster(start, MINUTE.multipliedBy(publishMinutes), this::arrive);
  }

  private void arrive(ModelCluster.Arrival arrival) {
    arrivals.add(arrival);
    cloudWatch.put(arrival);
  }

  /** A node whose agent starts now. */
  StoryNode boot(String name) {
    return boot(name, Optional.empty());
  }

  StoryNode boot(String name, Optional<Path> state) {
    StoryNode node = new StoryNode(name, now());
    nodes.put(name, node);
    cluster.start(name, node::read, state);
    return node;
  }

  /** Restarts only the agent. */
  void startAgent(String name, Optional<Path> state) {
    cluster.start(name, node(name)::read, state);
  }

  StoryNode node(String name) {
    return Objects.requireNonNull(nodes.get(name), name);
  }

  List<StoryNode> nodes() {
    return List.copyOf(nodes.values());
  }

  /** The instance ends. */
  void lose(String name) {
    cluster.kill(name);
    nodes.remove(name);
  }

  /** The node is drained: its pods end first, then its instance. */
  void drain(String name) {
    cluster.stop(name);
    nodes.remove(name);
  }

  int publishMinutes() {
    return publishMinutes;
  }

  Instant now() {
    return cluster.now();
  }

  /**
   * Runs a number of minutes.
   *
   * @param happens called at the start of each minute, with its number in this call
   */
  void minutes(int count, IntConsumer happens) {
    for (int i = 0; i < count; i++) {
      happens.accept(i);
      Instant start = now();
      existed.put(start, Set.copyOf(nodes.keySet()));
      cluster.pass(MINUTE);
      truth.put(start, new ArrayList<>(nodes().stream().map(StoryNode::endMinute).toList()));
    }
  }

  /** Publishes the free addresses of a subnet. */
  void freeAddresses(String subnet, int free) {
    freeAddresses(subnet, free, MINUTE);
  }

  /**
   * @param sentAfter the time until the value arrives at CloudWatch
   */
  void freeAddresses(String subnet, int free, Duration sentAfter) {
    Stored key =
        Stored.of(
            Printed.NAMESPACE,
            "subnetFreeIPs",
            Map.of("CLUSTER_ID", ModelCluster.NAME, "SubnetId", subnet));
    cloudWatch.put(key, now(), free, now().plus(sentAfter));
  }

  /** The values that the nodes of a minute should have published. */
  List<Map<String, Double>> truth(Instant start) {
    return Objects.requireNonNull(truth.get(start), start + "");
  }
}
