package io.cnimetrics.recommend;

import static io.cnimetrics.recommend.NodeHistory.LONG_GAP_MINUTES;
import static java.util.Comparator.comparingDouble;
import static java.util.stream.Collectors.joining;

import io.cnimetrics.recommend.NodeHistory.Counters;
import io.cnimetrics.recommend.NodeHistory.Moment;
import io.cnimetrics.recommend.Recommendation.Targets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Finds the best targets. With these targets, ipamD would have refused no pod in the time of the
 * data, and the fewest addresses would have been idle. The data can be added in parts, which do not
 * stay in memory.
 */
public final class Recommender {
  /** While ipamD gets an address for one pod, a second pod can start. */
  private static final int LEAST_WARM_IP = 2;

  private static final Duration LEAST_DATA = Duration.ofDays(1);
  private static final Duration WEEK = Duration.ofDays(7);

  /** At least this share of the nodes' minutes must have data. */
  private static final double LEAST_SHARE = 0.9;

  /**
   * A change must free at least this share of idle addresses, because it restarts ipamD on each
   * node.
   */
  private static final double LEAST_GAIN = 0.1;

  private final int hostNetworkPods;
  private final Map<String, GroupDemand> groups = new TreeMap<>();

  /** For each minute with data, how many pods started or ended. */
  private final TreeMap<Long, Long> changes = new TreeMap<>();

  /** The first minute of all data. */
  private long first = Long.MAX_VALUE;

  /** The newest two moments of each node, by its group and name. */
  private final Map<List<String>, List<Moment>> newest = new HashMap<>();

  private long missingMinutes;
  private long inGaps;
  private long restarts;
  private long refused;

  /**
   * @param hostNetworkPods pods on the host network on each node
   */
  public Recommender(int hostNetworkPods) {
    this.hostNetworkPods = hostNetworkPods;
  }

  /** Adds the reports of nodes. Calls must be in the order of time. */
  public void add(List<NodeHistory> nodes) {
    for (NodeHistory node : nodes) {
      first = Math.min(first, node.moments().get(0).minute());
    }
    nodes.forEach(this::add);
  }

  private void add(NodeHistory node) {
    List<String> id = List.of(node.group(), node.node());
    Moment start = node.moments().get(0);
    boolean isNew = !newest.containsKey(id) && isNew(start);
    List<Moment> before = newest.getOrDefault(id, isNew ? List.of(start.beforeStart()) : List.of());
    List<Moment> all = new ArrayList<>(before);
    all.addAll(node.moments());
    NodeHistory history = new NodeHistory(node.node(), node.group(), all);
    for (int i = before.size(); i < all.size(); i++) {
      Moment now = all.get(i);
      boolean prefixes = now.prefixes() > 0;
      GroupDemand group =
          groups.computeIfAbsent(
              node.group() + (prefixes ? ", prefixes" : ""),
              name -> new GroupDemand(name, hostNetworkPods, prefixes));
      group.add(node.node(), now, isNew && i == before.size());
      changes.putIfAbsent(now.minute(), 0L);
      if (i > 0) {
        history.need(i).ifPresent(need -> group.add(node.node(), now, need));
        count(all.get(i - 1), now);
      }
    }
    newest.put(id, List.copyOf(all.subList(Math.max(0, all.size() - 2), all.size())));
  }

  /** Whether the node of this first moment is new. All requests of a new node are known. */
  private boolean isNew(Moment start) {
    return start.minute() - first > LONG_GAP_MINUTES
        && start.counters().requests() <= start.limits().reachable();
  }

  private void count(Moment before, Moment now) {
    Counters earlier = before.counters();
    Counters counters = now.counters();
    long requests = counters.since(earlier, Counters::requests);
    long minutes = now.minute() - before.minute();
    changes.merge(now.minute(), requests + counters.since(earlier, Counters::releases), Long::sum);
    missingMinutes += minutes - 1;
    inGaps += minutes > LONG_GAP_MINUTES ? requests : 0;
    restarts += counters.restartedSince(earlier) ? 1 : 0;
    refused += Math.max(0, counters.since(earlier, Counters::refused));
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** The best targets for all nodes. */
  public Targets targets() {
    return best(groups.values());
  }

  /**
   * Returns the recommendation for all nodes.
   *
   * @throws java.util.NoSuchElementException if there is no data
   */
  public Recommendation recommend(Optional<String> cluster, List<SubnetTrend> subnets) {
    Duration span = Duration.ofMinutes(changes.lastKey() + 1 - changes.firstKey());
    double known = sum(groups.values(), group -> group.moments);
    double share = known / (known + missingMinutes);
    Optional<String> doubt = doubt(span, share);
    Optional<Targets> targets = doubt.isEmpty() ? Optional.of(targets()) : Optional.empty();
    double idle = mean(group -> group.idle);
    double idleThen = targets.map(this::idle).orElse(Double.NaN);
    double freed = idle - idleThen;
    double nodes = known / changes.size();
    boolean change =
        targets.isPresent() && (freed < 0 || freed >= Math.max(LEAST_GAIN * idle, nodes));
    return new Recommendation(
        cluster,
        Instant.ofEpochSecond(60 * changes.firstKey()),
        Instant.ofEpochSecond(60 * changes.lastKey() + 60),
        share,
        nodes,
        targets,
        targets.map(found -> wholeUnits()),
        idle,
        idleThen,
        Collections.max(changes.values()),
        doubt.orElse(
            change
                ? "Set these targets. With them, ipamD would have refused no additional pod."
                : "Keep the present targets. The best targets release less than one address per"
                    + " node, or less than a tenth of the idle addresses."),
        change,
        groups.values().stream()
            .map(group -> group.summary(targets, targets.map(any -> best(List.of(group)))))
            .toList(),
        notes(span),
        subnets);
  }

  /** The reason why the data does not suffice; empty if the data suffices. */
  private Optional<String> doubt(Duration span, double share) {
    if (span.compareTo(LEAST_DATA) < 0) {
      return Optional.of(
          "Too little data: %d h %d min. Targets need at least one day, and better a week."
              .formatted(span.toHours(), span.toMinutesPart()));
    }
    if (share < LEAST_SHARE) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "Too many gaps: %.0f %% of the nodes' minutes are known, and targets need %.0f %%."
                  + " The pods that started in the gaps are unknown.",
              100 * share,
              100 * LEAST_SHARE));
    }
    return groups.values().stream()
        .flatMap(group -> group.aboveMaxPods.stream())
        .findFirst()
        .map(
            node ->
                String.format(
                    Locale.ROOT,
                    "Keep the present targets. Pods on %s ended and started within a short time,"
                        + " and together they perhaps needed more addresses than max pods. ipamD"
                        + " never gets more than max pods, so no target in addresses is safe on"
                        + " this node.",
                    node));
  }

  /** The target in whole ENIs or prefixes with which ipamD refuses no additional pod. */
  public Recommendation.WholeUnits wholeUnits() {
    Map<String, Integer> targets = new TreeMap<>();
    groups.values().forEach(group -> targets.merge(group.variable(), group.wholeUnits, Math::max));
    return new Recommendation.WholeUnits(
        targets, mean(group -> group.idleOfWholeUnits(targets.getOrDefault(group.variable(), 1))));
  }

  private List<String> notes(Duration span) {
    List<String> notes = new ArrayList<>();
    if (span.compareTo(WEEK) < 0) {
      notes.add(
          "The data has %d h. A week also shows days with another load.".formatted(span.toHours()));
    }
    if (refused > 0) {
      notes.add(
          ("ipamD refused %,d requests in these days. The targets are large enough for these"
                  + " requests, but they do not help if a subnet was empty or EC2 denied calls."
                  + " Find the cause first: run the command doctor on the node.")
              .formatted(refused));
    }
    if (inGaps > 0) {
      notes.add(
          ("%,d requests were made in gaps of over %d minutes. The targets are large enough even if"
                  + " all requests of a gap were made at once, up to max pods.")
              .formatted(inGaps, LONG_GAP_MINUTES));
    }
    if (restarts > 0) {
      notes.add(
          "ipamD restarted %,d times. The last requests before each restart are unknown."
              .formatted(restarts));
    }
    String unknown =
        groups.values().stream()
            .filter(group -> group.leastForNewNode() > 0)
            .map(group -> group.name)
            .collect(joining(", "));
    if (!unknown.isEmpty()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "No node of %s started in these days, so it is unknown how many pods start at once on"
                  + " a new node. Therefore MINIMUM_IP_TARGET is at least the number of addresses"
                  + " that a new node gets at once by default.",
              unknown));
    }
    return notes;
  }

  /** The mean number of idle addresses of the cluster with these targets. */
  public double idle(Targets targets) {
    return mean(group -> group.idle(targets));
  }

  /** The mean over the minutes with data. */
  private double mean(ToDoubleFunction<GroupDemand> number) {
    return sum(groups.values(), number) / changes.size();
  }

  private static Targets best(Collection<GroupDemand> groups) {
    int first = groups.stream().mapToInt(GroupDemand::leastForNewNode).max().orElseThrow();
    int most = groups.stream().mapToInt(GroupDemand::mostNeeded).max().orElseThrow();
    return IntStream.rangeClosed(first, Math.max(first, most))
        .mapToObj(
            minimumIp ->
                new Targets(
                    groups.stream()
                        .mapToInt(group -> group.warmIp(minimumIp))
                        .reduce(LEAST_WARM_IP, Math::max),
                    minimumIp))
        .min(comparingDouble(targets -> sum(groups, group -> group.idle(targets))))
        .orElseThrow();
  }

  private static double sum(Collection<GroupDemand> groups, ToDoubleFunction<GroupDemand> number) {
    return groups.stream().mapToDouble(number).sum();
  }
}
