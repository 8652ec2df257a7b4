package io.cnimetrics.simulator;

import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The settings of a simulated node. A scenario never changes: each method that sets a value returns
 * a copy with this value.
 */
public final class Scenario implements Cloneable {
  private static final int HOST_NETWORK_PODS = 2;
  private static final Pattern SIZE = Pattern.compile(".*\\.(\\d+)xlarge");

  private final String instanceType;
  final InstanceLimits.Limit limit;
  WarmTargets warmTargets = new WarmTargets(1, 0, 0, 1);
  boolean prefixDelegation;
  private OptionalInt maxPods = OptionalInt.empty();

  /** The number of free addresses, by the model time from which the number applies. */
  SortedMap<Duration, Integer> subnetFree = new TreeMap<>(Map.of(Duration.ZERO, 4000));

  PodSchedule pods = PodSchedule.parse("0");
  CniVersion cniVersion = CniVersion.NEWEST;
  boolean buildVersion;
  int networkCards = 1;

  /** The number of pods that need only one address. */
  int plainPods = Integer.MAX_VALUE;

  boolean oldestEndFirst;
  long seed = 1;
  double speed = 1;
  List<HttpFault> httpFaults = List.of();
  List<Ec2Fault> ec2Faults = List.of();

  /** The faults, each with the model time at which the fault starts. */
  private Map<NodeFault, Duration> faults = Map.of();

  private Scenario(String instanceType, InstanceLimits.Limit limit) {
    this.instanceType = instanceType;
    this.limit = limit;
  }

  /**
   * A node of this type without pods, with the newest CNI and ipamD's defaults.
   *
   * @throws IllegalArgumentException if the bundled table does not contain the instance type
   */
  public static Scenario of(String instanceType) {
    String unknown =
        "instance type '%s' is not in the table of limits: choose another, such as m5.xlarge"
            .formatted(instanceType);
    return InstanceLimits.of(instanceType)
        .map(limit -> new Scenario(instanceType, limit))
        .orElseThrow(() -> new IllegalArgumentException(unknown));
  }

  /** A setting that is out of range or contradicts another setting; empty if there is none. */
  public Optional<String> problem() {
    if (maxPods() < 1) {
      return Optional.of("max pods %d: must be ≥ 1".formatted(maxPods()));
    }
    if (!(speed > 0 && speed <= 1000)) {
      return Optional.of("speed %s: must be > 0 and ≤ 1000".formatted(speed));
    }
    if (networkCards > 1 && !cniVersion.atLeast(20, 0)) {
      return Optional.of(
          "%d network cards with CNI %s: choose one card, or CNI v1.20.0 or later"
              .formatted(networkCards, cniVersion));
    }
    if (prefixDelegation && !cniVersion.atLeast(9, 0)) {
      return Optional.of(
          "prefix delegation with CNI %s: choose CNI v1.9.0 or later".formatted(cniVersion));
    }
    return Optional.empty();
  }

  private Scenario with(Consumer<Scenario> change) {
    try {
      Scenario copy = (Scenario) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** By default ipamD keeps one free interface, or one free prefix with prefix delegation. */
  public Scenario warmTargets(WarmTargets warmTargets) {
    return with(copy -> copy.warmTargets = warmTargets);
  }

  public Scenario prefixDelegation(boolean prefixDelegation) {
    return with(copy -> copy.prefixDelegation = prefixDelegation);
  }

  /** The kubelet's {@code max-pods}. The default is the value of EKS for the instance type. */
  public Scenario maxPods(int maxPods) {
    return with(copy -> copy.maxPods = OptionalInt.of(maxPods));
  }

  public Scenario subnetFree(int addresses) {
    return subnetFree(addresses, Duration.ZERO);
  }

  /** Sets the number of free addresses in the subnet from the given model time on. */
  public Scenario subnetFree(int addresses, Duration from) {
    SortedMap<Duration, Integer> all = new TreeMap<>(subnetFree);
    all.put(from, addresses);
    return with(copy -> copy.subnetFree = Collections.unmodifiableSortedMap(all));
  }

  public Scenario pods(PodSchedule pods) {
    return with(copy -> copy.pods = pods);
  }

  public Scenario cniVersion(CniVersion cniVersion) {
    return with(copy -> copy.cniVersion = cniVersion);
  }

  /**
   * Whether {@code awscni_build_info} contains the CNI release. Some real builds omit the release.
   */
  Scenario buildVersion(boolean shown) {
    return with(copy -> copy.buildVersion = shown);
  }

  /**
   * Gives the node several network cards.
   *
   * @param plainPods the number of pods that need only one address. Pods that start later need an
   *     address from each card.
   */
  public Scenario networkCards(int cards, int plainPods) {
    return with(
        copy -> {
          copy.networkCards = cards;
          copy.plainPods = cards == 1 ? Integer.MAX_VALUE : plainPods;
        });
  }

  /** Whether the oldest or the newest pods end when the number of pods falls. */
  Scenario oldestEndFirst(boolean oldestEndFirst) {
    return with(copy -> copy.oldestEndFirst = oldestEndFirst);
  }

  /** Equal scenarios with equal seeds give equal runs. */
  public Scenario seed(long seed) {
    return with(copy -> copy.seed = seed);
  }

  /** Model seconds per real second, up to 1000. */
  public Scenario speed(double speed) {
    return with(copy -> copy.speed = speed);
  }

  /** Adds a fault. If several faults match a request, the fault that was added first applies. */
  public Scenario httpFault(HttpFault fault) {
    return with(copy -> copy.httpFaults = and(httpFaults, fault));
  }

  public Scenario ec2Fault(Ec2Fault fault) {
    return with(copy -> copy.ec2Faults = and(ec2Faults, fault));
  }

  private static <T> List<T> and(List<T> faults, T last) {
    return Stream.concat(faults.stream(), Stream.of(last)).toList();
  }

  /** Adds a fault that starts at this model time. */
  Scenario nodeFault(NodeFault fault, Duration from) {
    Map<NodeFault, Duration> all = new EnumMap<>(Map.of(fault, from));
    faults.forEach(all::putIfAbsent);
    return with(copy -> copy.faults = all);
  }

  public String instanceType() {
    return instanceType;
  }

  public int maxPods() {
    return maxPods.orElseGet(this::defaultMaxPods);
  }

  /**
   * Follows the EKS AMI's max-pods-calculator.sh: at most 110 pods, or at most 250 pods if the type
   * has over 30 vCPUs. Such types are the sizes from 8xlarge on and the metal sizes.
   */
  private int defaultMaxPods() {
    int reachable = limit.enis() * addressesPerEni();
    Matcher size = SIZE.matcher(instanceType);
    boolean large =
        size.matches() ? Integer.parseInt(size.group(1)) >= 8 : instanceType.contains(".metal");
    return Math.min(reachable + HOST_NETWORK_PODS, large ? 250 : 110);
  }

  boolean has(NodeFault fault) {
    return faults.containsKey(fault);
  }

  boolean has(NodeFault fault, Duration now) {
    return has(fault) && now.compareTo(since(fault)) >= 0;
  }

  Duration since(NodeFault fault) {
    return faults.getOrDefault(fault, Duration.ZERO);
  }

  boolean customNetworking() {
    return has(NodeFault.LATE_CUSTOM_NETWORKING) || has(NodeFault.ENICONFIG_MISSING);
  }

  /** Whether pods can use the primary interface. With custom networking they cannot. */
  boolean primaryHasPods() {
    return !has(NodeFault.ENICONFIG_MISSING);
  }

  /** The value of {@code awscni_eni_max}, which is the limit in ipamD's own table. */
  int eniMaxGauge() {
    return limit.enis() + (has(NodeFault.ENI_LIMIT_TOO_HIGH) ? 1 : 0);
  }

  /** The largest number of interfaces that ipamD attaches to one card. */
  int mostEnis() {
    return eniMaxGauge() - (has(NodeFault.TRUNK_SLOT_KEPT) ? 1 : 0);
  }

  /** Whether a tag excludes the interface's subnet from use for pods. */
  boolean excludes(AttachedEni eni) {
    return has(NodeFault.EXCLUDED_ENI) && eni.deviceNumber() == 1;
  }

  /** The number of addresses in one CIDR: 16 with prefix delegation, else 1. */
  int cidrSize() {
    return prefixDelegation ? NodeCapacity.ADDRESSES_PER_PREFIX : 1;
  }

  /**
   * The number of CIDRs for pods that one interface can hold in addition to its primary address.
   */
  int cidrsPerEni() {
    return limit.podIpv4PerEni();
  }

  /** The number of addresses for pods that one interface can hold. */
  int addressesPerEni() {
    return cidrsPerEni() * cidrSize();
  }

  /**
   * ipamD's settings for the warm pool.
   *
   * @param eni {@code WARM_ENI_TARGET}, the number of interfaces whose addresses stay free
   * @param ip {@code WARM_IP_TARGET}, the number of free addresses; 0 if unset
   * @param minimumIp {@code MINIMUM_IP_TARGET}, the smallest number of addresses; 0 if unset
   * @param prefix {@code WARM_PREFIX_TARGET}, the number of free prefixes with prefix delegation
   */
  public record WarmTargets(int eni, int ip, int minimumIp, int prefix) {
    /** Whether {@code ip} or {@code minimumIp} is set. If so, ipamD ignores the other targets. */
    boolean byAddress() {
      return ip > 0 || minimumIp > 0;
    }
  }
}
