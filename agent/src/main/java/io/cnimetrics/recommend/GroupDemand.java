package io.cnimetrics.recommend;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The addresses that the pods of a node group needed.
 *
 * <p>The data has one {@link Moment} a minute, and no times of requests within a minute. Therefore
 * each step looks at two successive intervals, because ipamD's reaction can begin in the first
 * interval and end in the second. Each step assumes the worst order of requests and releases. Two
 * numbers describe a step. With a pool of {@code need} addresses, or with {@code burst} addresses
 * available before the step, no order of the step's requests and releases leaves a pod without an
 * address. See docs/recommend.md for the proof.
 */
final class GroupDemand {
  /** The times of the requests in a longer interval are too uncertain for a step. */
  static final int LONGEST_INTERVAL_MINUTES = 5;

  static final int PREFIX_SIZE = 16;

  /** The kubelet's default of EKS counts two pods on the host's network. */
  private static final int EKS_HOST_PODS = 2;

  private final int hostNetworkPods;
  private final Set<String> nodes = new HashSet<>();

  /** The number of moments with each number of assigned addresses. */
  private long[] assigned = new long[0];

  /** The largest burst of all steps with the same need. The index is the need. */
  private int[] bursts = new int[0];

  private long moments;
  private long idle;
  private long missingMinutes;
  private long restarts;
  private long refused;
  private long prefixMoments;
  private int reachable;
  private int perEni;
  private int maxPods;
  private int newNodes;
  private Optional<String> aboveMaxPods = Optional.empty();

  /**
   * @param hostNetworkPods pods on the host's network. They count towards max pods
   */
  GroupDemand(int hostNetworkPods) {
    this.hostNetworkPods = hostNetworkPods;
  }

  /**
   * Adds the moments of a node, in the order of time.
   *
   * @param from the first minute to count. Earlier moments only show the state before this minute.
   * @param knownFrom the first minute of the data. A node that appears later is a new node.
   */
  void add(String node, List<Moment> history, long from, long knownFrom) {
    for (int i = 0; i < history.size(); i++) {
      Moment now = history.get(i);
      if (now.minute() >= from) {
        nodes.add(node);
        count(now);
        List<Moment> window = window(history, i);
        if (window.size() > 1) {
          step(node, window);
        } else if (i > 0) {
          missingMinutes += now.minute() - history.get(i - 1).minute() - 1;
        } else if (now.minute() - knownFrom > LONGEST_INTERVAL_MINUTES) {
          firstStep(node, now);
        }
      }
    }
  }

  private void count(Moment now) {
    moments++;
    idle += now.idle();
    prefixMoments += now.usesPrefixes() ? 1 : 0;
    assigned = grown(assigned, now.assigned());
    assigned[now.assigned()]++;
    reachable = Math.max(reachable, now.reachable());
    maxPods =
        Math.max(maxPods, Math.min(now.reachable() + hostNetworkPods, now.most() + EKS_HOST_PODS));
    perEni = now.enis() > 0 ? Math.max(perEni, now.most() / now.enis()) : perEni;
  }

  /** This moment and at most two earlier moments, without a long interval between them. */
  private static List<Moment> window(List<Moment> history, int last) {
    int first = last;
    while (first > 0
        && last - first < 2
        && history.get(first).minute() - history.get(first - 1).minute()
            <= LONGEST_INTERVAL_MINUTES) {
      first--;
    }
    return history.subList(first, last + 1);
  }

  private void step(String node, List<Moment> window) {
    Moment first = window.get(0);
    Moment last = window.get(window.size() - 1);
    long requests = 0;
    long releases = 0;
    long refusals = 0;
    long calls = 0;
    for (int i = 1; i < window.size(); i++) {
      Moment now = window.get(i);
      Moment before = window.get(i - 1);
      // After a restart ipamD counts from 0.
      boolean restarted = now.restartedSince(before);
      long newRefusals = now.refused() - (restarted ? 0 : before.refused());
      requests += now.requests() - (restarted ? 0 : before.requests());
      releases += now.releases() - (restarted ? 0 : before.releases());
      refusals += newRefusals;
      calls += now.ec2Calls() - (restarted ? 0 : before.ec2Calls());
      if (i == window.size() - 1) {
        restarts += restarted ? 1 : 0;
        missingMinutes += now.minute() - before.minute() - 1;
        refused += Math.max(0, newRefusals);
      }
    }
    if (requests == 0) {
      return;
    }
    long need = first.assigned() + first.cooling() + requests;
    long burst = first.cooling() + releases + requests;
    if (refusals == 0) {
      add(node, last, Math.min(need, provenPool(window, calls)), burst, true);
    } else {
      // Whatever the reason was, the pool of that time was not enough.
      int pool = window.stream().mapToInt(Moment::pool).max().orElseThrow();
      int idlest = window.stream().mapToInt(Moment::idle).max().orElseThrow();
      add(node, last, Math.max(need, pool + 1), Math.max(burst, idlest + 1), false);
    }
  }

  /**
   * The size of a pool that was large enough, because ipamD refused no request. A single call to
   * EC2 cannot both enlarge and reduce the pool. Therefore, with at most one call, the pool was
   * never larger than at one of the moments.
   */
  private static long provenPool(List<Moment> window, long calls) {
    Moment last = window.get(window.size() - 1);
    boolean callsKnown = last.ec2Calls() > 0;
    return callsKnown && calls <= 1
        ? window.stream().mapToInt(Moment::pool).max().orElseThrow()
        : Math.max(last.most(), last.pool());
  }

  /** Adds the first moment of a new node, whose pods may all have started at once. */
  private void firstStep(String node, Moment now) {
    if (now.requests() <= now.reachable()) {
      newNodes++;
      refused += now.refused();
      add(node, now, now.requests(), now.requests(), now.refused() == 0);
    }
  }

  private void add(String node, Moment now, long need, long burst, boolean proven) {
    int limit = Math.min(now.most(), now.reachable() + hostNetworkPods);
    if (need > limit && proven) {
      aboveMaxPods = Optional.of(node);
    }
    int capped = (int) Math.min(need, limit);
    bursts = grown(bursts, capped);
    bursts[capped] = (int) Math.max(bursts[capped], Math.min(burst, capped));
  }

  /**
   * The least WARM_IP_TARGET with which ipamD refuses no pod if MINIMUM_IP_TARGET has this value.
   *
   * @param minimumIp can be 0
   */
  int warmIp(int minimumIp) {
    int warm = 0;
    for (int need = minimumIp + 1; need < bursts.length; need++) {
      warm = Math.max(warm, bursts[need]);
    }
    return warm;
  }

  /**
   * The least MINIMUM_IP_TARGET with which a new node is as fast as with the default targets; 0 if
   * the data shows what new nodes need. By default a new node gets the addresses of one whole unit.
   */
  int leastForNewNode() {
    return newNodes > 0 ? 0 : Math.min(wholeUnit(), mostAssigned());
  }

  private int mostAssigned() {
    return Math.max(0, assigned.length - 1);
  }

  /** The largest need of a step. */
  int mostNeeded() {
    return Math.max(0, bursts.length - 1);
  }

  /** The sum of the idle addresses of all moments, if the nodes had these targets. */
  double idle(int warmIp, int minimumIp) {
    double sum = 0;
    for (int held = 0; held < assigned.length; held++) {
      sum += assigned[held] * (double) (Math.max(held, pool(held, warmIp, minimumIp)) - held);
    }
    return sum;
  }

  /** The target by whole ENIs or prefixes with which ipamD refuses no pod. */
  int wholeUnits() {
    return Math.max(1, (warmIp(0) + wholeUnit() - 1) / wholeUnit());
  }

  /**
   * The approximate sum of the idle addresses of all moments, with a target by whole units. ipamD
   * frees an ENI only if one more ENI is free.
   */
  double idleOfWholeUnits(int target) {
    double sum = 0;
    for (int held = 0; held < assigned.length; held++) {
      int wanted = held + target * wholeUnit();
      int pool = usesPrefixes() ? roundedUp(held, PREFIX_SIZE) + target * PREFIX_SIZE : wanted;
      int limit = roundedUp(Math.max(held, reachable), wholeUnit());
      sum += assigned[held] * (double) (Math.min(roundedUp(pool, wholeUnit()), limit) - held);
    }
    return sum;
  }

  private int wholeUnit() {
    return usesPrefixes() ? PREFIX_SIZE : Math.max(1, perEni);
  }

  /** The facts about the group that people read. */
  Recommendation.Group summary(String name, Optional<Targets> cluster, Optional<Targets> own) {
    return new Recommendation.Group(
        name,
        nodes.size(),
        mostAssigned(),
        idle / (double) moments,
        cluster.map(targets -> idle(targets.warmIp(), targets.minimumIp()) / moments),
        own,
        maxPods);
  }

  private int pool(int held, int warmIp, int minimumIp) {
    int size = unit();
    int pool = Math.max(roundedUp(held + warmIp, size), roundedUp(minimumIp, size));
    return Math.min(pool, roundedUp(Math.max(held, reachable), size));
  }

  /** The number of addresses that ipamD gets at once with a target by address. */
  private int unit() {
    return usesPrefixes() ? PREFIX_SIZE : 1;
  }

  private static int roundedUp(int number, int unit) {
    return (number + unit - 1) / unit * unit;
  }

  long moments() {
    return moments;
  }

  long idleNow() {
    return idle;
  }

  /** The number of minutes without a moment. */
  long missingMinutes() {
    return missingMinutes;
  }

  long restarts() {
    return restarts;
  }

  long refused() {
    return refused;
  }

  /** A node whose pods needed more addresses than max pods. ipamD gets none above max pods. */
  Optional<String> aboveMaxPods() {
    return aboveMaxPods;
  }

  boolean usesPrefixes() {
    return prefixMoments * 2 > moments;
  }

  private static long[] grown(long[] array, int index) {
    return index < array.length ? array : Arrays.copyOf(array, index + 1);
  }

  private static int[] grown(int[] array, int index) {
    return index < array.length ? array : Arrays.copyOf(array, index + 1);
  }
}
