package io.cnimetrics.recommend;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * The addresses that the pods of a node group needed.
 *
 * <p>The data has one {@link Moment} a minute, and no times of requests within a minute. Therefore
 * each step looks at two successive intervals, because ipamD's reaction can begin in the first
 * interval and end in the second. Each step assumes the worst order of requests and releases. Two
 * numbers describe a step: {@code low}, the fewest addresses that pods can have held, and {@code
 * need}. With a pool of {@code need} addresses no order of the step's requests and releases leaves
 * a pod without an address. See docs/recommend.md for the proof.
 */
final class GroupDemand {
  private static final int PREFIX_SIZE = 16;

  /** The times of the requests in a longer interval are too uncertain for a step. */
  private static final int LONGEST_INTERVAL_MINUTES = 5;

  /** The rate is steady if this many successive intervals have similar numbers of requests. */
  private static final int STEADY_INTERVALS = 3;

  /** The kubelet's default of EKS counts two pods on the host's network. */
  private static final int EKS_HOST_PODS = 2;

  private final int hostNetworkPods;
  private final Set<String> nodes = new HashSet<>();

  /** The number of moments with each number of assigned addresses. */
  private long[] assigned = new long[0];

  /**
   * The largest WARM_IP_TARGET that a step needs. The index is the MINIMUM_IP_TARGET that is just
   * enough for the step, without a WARM_IP_TARGET.
   */
  private int[] warmIps = new int[0];

  private long moments;
  private long idle;
  private long prefixMoments;
  private int reachable;
  private int perEni;
  private int maxPods;
  private boolean newNodes;
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
        if (isInterval(history, i)) {
          step(node, window(history, i));
        } else if (i == 0 && isNew(now, knownFrom)) {
          newNodes = true;
          add(node, now, now.requests(), 0, now.refused() == 0);
        }
      }
    }
  }

  /** Whether the first moment of a node shows all that happened on the node. */
  static boolean isNew(Moment first, long knownFrom) {
    return first.minute() - knownFrom > LONGEST_INTERVAL_MINUTES
        && first.requests() <= first.reachable();
  }

  private void count(Moment now) {
    moments++;
    idle += now.idle();
    prefixMoments += now.usesPrefixes() ? 1 : 0;
    assigned = Arrays.copyOf(assigned, Math.max(assigned.length, now.assigned() + 1));
    assigned[now.assigned()]++;
    reachable = Math.max(reachable, now.reachable());
    maxPods =
        Math.max(maxPods, Math.min(now.reachable() + hostNetworkPods, now.most() + EKS_HOST_PODS));
    perEni = now.enis() > 0 ? Math.max(perEni, now.most() / now.enis()) : perEni;
  }

  /**
   * The moments at the ends of two intervals, or of one interval if the rate of requests is steady.
   * A burst on both sides of a poll does not look like a steady rate.
   */
  private static List<Moment> window(List<Moment> history, int last) {
    boolean single = !isInterval(history, last - 1) || isSteady(history, last);
    return history.subList(last - (single ? 1 : 2), last + 1);
  }

  /** Whether there is an earlier moment, without a long interval in between. */
  private static boolean isInterval(List<Moment> history, int last) {
    return last > 0
        && last < history.size()
        && history.get(last).minute() - history.get(last - 1).minute() <= LONGEST_INTERVAL_MINUTES;
  }

  /** Whether one of two intervals belongs to a steady rate, and neither has more requests. */
  private static boolean isSteady(List<Moment> history, int last) {
    long most = Math.max(requests(history, last - 1), requests(history, last));
    for (int first = last - STEADY_INTERVALS; first <= last; first++) {
      LongSummaryStatistics rate =
          IntStream.range(first, first + STEADY_INTERVALS)
              .mapToLong(interval -> requests(history, interval))
              .summaryStatistics();
      if (rate.getMin() > 0 && rate.getMax() <= 2 * rate.getMin() && most <= rate.getMax()) {
        return true;
      }
    }
    return false;
  }

  private static long requests(List<Moment> history, int last) {
    return isInterval(history, last)
        ? history.get(last).since(history.get(last - 1), Moment::requests)
        : 0;
  }

  private void step(String node, List<Moment> window) {
    Moment first = window.get(0);
    Moment last = window.get(window.size() - 1);
    long requests = sum(window, Moment::requests);
    if (requests == 0) {
      return;
    }
    int low = (int) Math.max(0, first.assigned() - sum(window, Moment::releases));
    long need = first.assigned() + first.cooling() + requests;
    // A single call to EC2 cannot both enlarge and reduce the pool between the moments.
    boolean poolIsKnown = last.ec2Calls() > 0 && sum(window, Moment::ec2Calls) <= 1;
    if (sum(window, Moment::refused) == 0) {
      int most = window.stream().mapToInt(Moment::pool).max().orElseThrow();
      int enough = poolIsKnown ? most : Math.max(last.most(), most);
      add(node, last, Math.min(need, enough), low, true);
    } else {
      // A pool below the need explains a refusal. For other reasons the pool must be larger.
      int least = window.stream().mapToInt(Moment::pool).min().orElseThrow();
      boolean explained = last.ec2Calls() > 0 && !poolIsKnown;
      add(node, last, explained ? need : Math.max(need, least + 1), low, false);
    }
  }

  private static long sum(List<Moment> window, ToLongFunction<Moment> counter) {
    return IntStream.range(1, window.size())
        .mapToLong(i -> window.get(i).since(window.get(i - 1), counter))
        .sum();
  }

  private void add(String node, Moment now, long need, int low, boolean proven) {
    int limit = Math.min(now.most(), now.reachable() + hostNetworkPods);
    if (need > limit && proven) {
      aboveMaxPods = Optional.of(node);
    }
    // ipamD gets whole prefixes. Therefore a target of 17 gives a pool of 32.
    int unit = now.usesPrefixes() ? PREFIX_SIZE : 1;
    int target = Math.max(0, ((int) Math.min(need, limit) - 1) / unit * unit + 1);
    warmIps = Arrays.copyOf(warmIps, Math.max(warmIps.length, target + 1));
    warmIps[target] = Math.max(warmIps[target], target - low);
  }

  /**
   * The least WARM_IP_TARGET with which ipamD refuses no pod if MINIMUM_IP_TARGET has this value.
   *
   * @param minimumIp can be 0
   */
  int warmIp(int minimumIp) {
    return Arrays.stream(warmIps).skip(minimumIp + 1L).max().orElse(0);
  }

  /**
   * The least MINIMUM_IP_TARGET with which a new node is as fast as with the default targets; 0 if
   * the data shows what new nodes need. By default a new node gets the addresses of one whole unit.
   */
  int leastForNewNode() {
    return newNodes ? 0 : Math.min(wholeUnit(), mostAssigned());
  }

  private int mostAssigned() {
    return Math.max(0, assigned.length - 1);
  }

  /** The least MINIMUM_IP_TARGET that suffices without a WARM_IP_TARGET. */
  int mostNeeded() {
    return Math.max(0, warmIps.length - 1);
  }

  /** The sum of the idle addresses of all moments, if the nodes had these targets. */
  double idle(int warmIp, int minimumIp) {
    int size = usesPrefixes() ? PREFIX_SIZE : 1;
    double sum = 0;
    for (int held = 0; held < assigned.length; held++) {
      int pool = Math.max(roundedUp(held + warmIp, size), roundedUp(minimumIp, size));
      int limit = roundedUp(Math.max(held, reachable), size);
      sum += assigned[held] * (double) (Math.min(pool, limit) - held);
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
      int used = usesPrefixes() ? roundedUp(held, PREFIX_SIZE) : held;
      int pool = roundedUp(used + target * wholeUnit(), wholeUnit());
      int limit = roundedUp(Math.max(held, reachable), wholeUnit());
      sum += assigned[held] * (double) (Math.min(pool, limit) - held);
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

  private static int roundedUp(int number, int unit) {
    return (number + unit - 1) / unit * unit;
  }

  long moments() {
    return moments;
  }

  /** The sum of the idle addresses of all moments. */
  long idleNow() {
    return idle;
  }

  /** A node whose pods needed more addresses than max pods. ipamD gets none above max pods. */
  Optional<String> aboveMaxPods() {
    return aboveMaxPods;
  }

  boolean usesPrefixes() {
    return prefixMoments * 2 > moments;
  }
}
