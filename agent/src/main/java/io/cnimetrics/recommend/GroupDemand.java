package io.cnimetrics.recommend;

import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.recommend.NodeHistory.Moment;
import io.cnimetrics.recommend.NodeHistory.Need;
import io.cnimetrics.recommend.Recommendation.Targets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * The addresses that the pods of a node group needed while its nodes had single addresses, or while
 * they had prefixes. See docs/recommend.md for the proof.
 */
final class GroupDemand {

  /** EKS's default for max pods includes two pods on the host network. */
  private static final int EKS_HOST_PODS = 2;

  final String name;
  private final int hostNetworkPods;
  private final boolean prefixes;
  private final Set<String> nodes = new HashSet<>();

  /** The number of moments with each number of assigned addresses. */
  private final TreeMap<Integer, Long> assigned = new TreeMap<>();

  /**
   * The WARM_IP_TARGET that each observed need requires. The key is the smallest MINIMUM_IP_TARGET
   * that meets the need without a WARM_IP_TARGET. If several needs have the same key, the map has
   * the largest WARM_IP_TARGET.
   */
  private final TreeMap<Integer, Integer> warmIps = new TreeMap<>();

  long moments;

  /** The sum of the idle addresses of all moments. */
  long idle;

  /** The target in whole ENIs or prefixes with which ipamD refuses no pod. */
  int wholeUnits = 1;

  /**
   * A node whose pods perhaps needed more addresses than max pods. ipamD never gets more than max
   * pods.
   */
  Optional<String> aboveMaxPods = Optional.empty();

  private int reachable;
  private int wholeUnit;
  private int maxPods;
  private boolean newNodes;

  /**
   * @param hostNetworkPods the number of pods on the host network of each node; they count towards
   *     max pods
   */
  GroupDemand(String name, int hostNetworkPods, boolean prefixes) {
    this.name = name;
    this.hostNetworkPods = hostNetworkPods;
    this.prefixes = prefixes;
  }

  /**
   * @param isNew whether this is the first moment of a new node
   */
  void add(String node, Moment now, boolean isNew) {
    nodes.add(node);
    newNodes |= isNew;
    assigned.merge(now.assigned(), 1L, Long::sum);
    moments++;
    idle += Math.max(0, now.pool() - now.assigned());
    reachable = Math.max(reachable, now.limits().reachable());
    maxPods =
        Math.max(
            maxPods,
            Math.min(
                now.limits().reachable() + hostNetworkPods, now.limits().most() + EKS_HOST_PODS));
    wholeUnit = Math.max(wholeUnit, wholeUnit(now));
  }

  /** Adds the need of the pods before this moment. */
  void add(String node, Moment now, Need need) {
    int limit = Math.min(now.limits().most(), now.limits().reachable() + hostNetworkPods);
    if (need.addresses() > limit && !need.refused() && !need.inGap()) {
      aboveMaxPods = Optional.of(node);
    }
    // ipamD gets whole prefixes. Therefore a target of 17 gives a pool of 32.
    int target = Math.max(0, ((int) Math.min(need.addresses(), limit) - 1) / unit() * unit() + 1);
    int warmIp = target - need.low();
    warmIps.merge(target, warmIp, Math::max);
    wholeUnits = Math.max(wholeUnits, roundedUp(warmIp, wholeUnit(now)) / wholeUnit(now));
  }

  /** The number of addresses in a prefix or, without prefixes, on an ENI. */
  private int wholeUnit(Moment now) {
    return prefixes
        ? NodeCapacity.ADDRESSES_PER_PREFIX
        : Math.max(1, now.limits().most() / Math.max(1, now.limits().enis()));
  }

  private int unit() {
    return prefixes ? NodeCapacity.ADDRESSES_PER_PREFIX : 1;
  }

  private static int roundedUp(int number, int unit) {
    return (number + unit - 1) / unit * unit;
  }

  /**
   * The least WARM_IP_TARGET with which ipamD refuses no pod if MINIMUM_IP_TARGET has this value.
   *
   * @param minimumIp can be 0
   */
  int warmIp(int minimumIp) {
    return warmIps.tailMap(minimumIp, false).values().stream().reduce(0, Math::max);
  }

  /**
   * The least MINIMUM_IP_TARGET with which a new node is as fast as with the default targets; 0 if
   * the data shows what new nodes need. By default a new node gets the addresses of one whole ENI
   * or prefix.
   */
  int leastForNewNode() {
    return newNodes ? 0 : Math.min(wholeUnit, assigned.lastKey());
  }

  /** The least MINIMUM_IP_TARGET that suffices without a WARM_IP_TARGET. */
  int mostNeeded() {
    return warmIps.isEmpty() ? 0 : warmIps.lastKey();
  }

  /** The sum of the idle addresses of all moments, if the nodes had these targets. */
  double idle(Targets targets) {
    return idle(unit(), held -> Math.max(held + targets.warmIp(), targets.minimumIp()));
  }

  /** The variable of the target in whole ENIs or prefixes. */
  String variable() {
    return prefixes ? "WARM_PREFIX_TARGET" : "WARM_ENI_TARGET";
  }

  /**
   * The approximate sum of the idle addresses of all moments with a target in whole ENIs or
   * prefixes. The sum is approximate, because ipamD frees an ENI only if one more ENI is free.
   */
  double idleOfWholeUnits(int target) {
    return idle(wholeUnit, held -> roundedUp(held, unit()) + target * wholeUnit);
  }

  private double idle(int unit, IntUnaryOperator wanted) {
    return assigned.entrySet().stream()
        .mapToDouble(
            each -> {
              int held = each.getKey();
              int pool = Math.min(wanted.applyAsInt(held), Math.max(held, reachable));
              return each.getValue() * (double) (roundedUp(pool, unit) - held);
            })
        .sum();
  }

  /** The facts about the group that people read. */
  Recommendation.Group summary(Optional<Targets> cluster, Optional<Targets> own) {
    return new Recommendation.Group(
        name,
        nodes.size(),
        assigned.lastKey(),
        idle / (double) moments,
        cluster.map(targets -> idle(targets) / moments),
        own,
        maxPods);
  }
}
