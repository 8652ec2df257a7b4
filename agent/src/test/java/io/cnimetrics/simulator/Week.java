package io.cnimetrics.simulator;

import io.cnimetrics.recommend.NodeHistory.Moment;
import io.cnimetrics.simulator.PodSchedule.Step;
import io.cnimetrics.simulator.Scenario.WarmTargets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A simulated week of one node. */
record Week(String name, Scenario node) {
  static final WarmTargets DEFAULT = new WarmTargets(1, 0, 0, 1);

  /** The orders of the starts and ends in two successive minutes. */
  private static final List<List<Order>> ORDERS =
      List.of(
          List.of(new Order(60, 1, 31), new Order(1, 2, 60)),
          List.of(new Order(59, 30, 45), new Order(1, 30, 60)),
          List.of(new Order(59, 30, 58), new Order(1, 30, 60)),
          List.of(new Order(28, 1, 31)),
          List.of(new Order(60, 1, 31)),
          List.of(new Order(59, 30, 45)));

  /**
   * Whether the search tries each pair of targets. By default, it leaves out pairs that differ
   * little.
   */
  static final boolean EVERY_TARGET = Boolean.getBoolean("recommend.every.target");

  static Week of(String name, String type, int seed, String pods) {
    return new Week(
        "%s on %s, seed %d".formatted(name, type, seed),
        Scenario.of(type).oldestEndFirst(true).seed(seed).pods(PodSchedule.parse(pods)));
  }

  Week withPrefixes() {
    return new Week("prefixes, " + name, node.prefixDelegation(true));
  }

  Week withMaxPods(int maxPods) {
    return new Week("max pods %d, %s".formatted(maxPods, name), node.maxPods(maxPods));
  }

  /** No pod gets an address of the primary interface. */
  Week withCustomNetworking() {
    return new Week(
        "custom networking, " + name,
        node.nodeFault(NodeFault.ENICONFIG_MISSING, Duration.ofDays(1000)));
  }

  Replay replay(WarmTargets targets) {
    return Replay.of(node.warmTargets(targets), any -> true);
  }

  /**
   * The replay with the best targets. These targets keep the fewest addresses idle, and refuse no
   * more pods than the default targets, in this week and in its other orders. By default, the
   * search assumes that smaller targets never refuse fewer pods.
   *
   * @param known a replay with targets that refuse no more pods than the default targets
   */
  Replay best(Replay today, Replay known, List<Week> orders) {
    Replay best = known;
    List<WarmTargets> refused = new ArrayList<>();
    List<Week> weeks = new ArrayList<>(orders);
    weeks.add(this);
    for (WarmTargets targets :
        grid(today)
            .filter(targets -> today.leastIdle(targets) < known.idle())
            .sorted(Comparator.comparingDouble(today::leastIdle).reversed())
            .toList()) {
      if (!EVERY_TARGET
          && refused.stream()
              .anyMatch(
                  some -> targets.ip() <= some.ip() && targets.minimumIp() <= some.minimumIp())) {
        continue;
      }
      Optional<Week> refusing =
          weeks.parallelStream().filter(week -> week.refuses(targets, today)).findAny();
      if (refusing.isEmpty()) {
        Replay replay = replay(targets);
        best = replay.idle() < best.idle() ? replay : best;
      } else {
        refused.add(targets);
        // This order probably refuses pods with the next targets, too.
        weeks.remove(refusing.get());
        weeks.add(0, refusing.get());
      }
    }
    return best;
  }

  private boolean refuses(WarmTargets targets, Replay today) {
    Replay replay =
        Replay.of(
            node.warmTargets(targets), moment -> moment.counters().refused() <= today.refused());
    return replay.refused() > today.refused();
  }

  /** With prefixes, the targets between two multiples of 16 give the same pool. */
  private static Stream<WarmTargets> grid(Replay today) {
    int step = today.usesPrefixes() && !EVERY_TARGET ? 16 : 1;
    return IntStream.rangeClosed(1, 32)
        .filter(warm -> EVERY_TARGET || warm <= 6 || warm % 2 == 0)
        .boxed()
        .flatMap(
            warm ->
                IntStream.iterate(0, minimum -> minimum <= 64, minimum -> minimum + step)
                    .mapToObj(minimum -> new WarmTargets(1, warm, minimum, 1)));
  }

  /**
   * The same week with other orders of the starts and ends. With each order, the agent reports the
   * same data of the default targets.
   */
  List<Week> orders(Replay today) {
    return ORDERS.parallelStream()
        .flatMap(
            orders ->
                IntStream.range(0, orders.size())
                    .mapToObj(
                        first ->
                            inOrder(today, minute -> orders.get((minute + first) % orders.size()))))
        .toList();
  }

  /** Keeps the real order in minutes in which the data would otherwise change. */
  private Week inOrder(Replay today, IntFunction<Order> orders) {
    Set<Integer> real = new HashSet<>();
    // With prefixes, few orders give the same data. Larger steps would skip too many of them.
    int mostTries = today.usesPrefixes() ? 20 : 5;
    int failed = 0;
    int tries = 0;
    while (true) {
      Week week = new Week(name + ", reordered", node.pods(inOrder(real, orders)));
      List<Moment> moments =
          Replay.of(
                  week.node.warmTargets(today.targets()),
                  moment -> moment.equals(today.moments().get((int) moment.minute())))
              .moments();
      int last = moments.size() - 1;
      if (moments.get(last).equals(today.moments().get(last))) {
        return week;
      }
      // The order in a much earlier minute perhaps decided which ENI has no pods.
      tries = last == failed ? tries + 1 : 1;
      failed = last;
      IntStream.iterate(last, minute -> minute >= 0, minute -> minute - 1)
          .filter(minute -> !real.contains(minute))
          .limit(tries < mostTries ? 1 : tries * tries)
          .boxed()
          .toList()
          .forEach(real::add);
    }
  }

  private PodSchedule inOrder(Set<Integer> real, IntFunction<Order> orders) {
    int most = node.maxPods();
    NavigableMap<Duration, Step> steps = new TreeMap<>();
    for (int minute = 0; minute < Replay.MINUTES; minute++) {
      int start = 60 * (minute - 1) + Replay.POLL_SECOND;
      int[] running = new int[61];
      for (int second = 0; second <= 60; second++) {
        running[second] =
            start + second < 0
                ? 0
                : Math.min(most, node.pods.wantedAt(Duration.ofSeconds(start + second)));
      }
      int[] ordered = real.contains(minute) ? running : orders.apply(minute).of(running, most);
      for (int second = 0; second <= 60; second++) {
        int pods = ordered[second];
        if (start + second >= 0
            && (steps.isEmpty() || steps.lastEntry().getValue().from() != pods)) {
          steps.put(Duration.ofSeconds(start + second), new Step(pods, pods, 0, Duration.ZERO));
        }
      }
    }
    return new PodSchedule(steps);
  }

  @Override
  public String toString() {
    return name;
  }

  /**
   * When the pods of a minute start and end, in seconds after the poll.
   *
   * @param early the new end of pods that ended more than 30 s before the next poll
   * @param late the new end of the other pods
   */
  private record Order(int starts, int early, int late) {
    /** Returns the number of pods in each second, or the real number if the order is impossible. */
    int[] of(int[] running, int most) {
      int[] changes = new int[61];
      for (int second = 1; second <= 60; second++) {
        int change = running[second] - running[second - 1];
        changes[change > 0 ? starts : second <= 30 ? early : late] += change;
      }
      int[] ordered = running.clone();
      for (int second = 1; second <= 60; second++) {
        ordered[second] = ordered[second - 1] + changes[second];
        if (ordered[second] < 0 || ordered[second] > most) {
          return running;
        }
      }
      return ordered;
    }
  }
}
