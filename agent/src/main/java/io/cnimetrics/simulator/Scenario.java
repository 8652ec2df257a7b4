package io.cnimetrics.simulator;

import io.cnimetrics.capacity.InstanceLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of a simulated node. Use {@link #of} to create a scenario.
 *
 * @param limit the limits of the instance type
 * @param maxPods the number of pods that the kubelet admits
 * @param subnetFree the number of free addresses in the node's subnet. The key is the model time
 *     from which the number applies.
 * @param buildVersion whether the metrics text shows the CNI release; some real builds do not show
 *     it
 * @param networkCards the number of network cards with addresses for pods
 * @param plainPods the number of pods that need only one address. Each further pod needs one
 *     address from each card.
 * @param oldestEndFirst whether the oldest pods end first, as in a rolling update
 * @param seed the seed of all random values; equal scenarios with equal seeds give equal runs
 * @param speed model seconds per real second, up to 1000
 * @param faults the faults, each with the model time at which the fault starts
 */
public record Scenario(
    String instanceType,
    InstanceLimits.Limit limit,
    WarmTargets warmTargets,
    boolean prefixDelegation,
    int maxPods,
    SortedMap<Duration, Integer> subnetFree,
    PodSchedule pods,
    CniVersion cniVersion,
    boolean buildVersion,
    int networkCards,
    int plainPods,
    boolean oldestEndFirst,
    long seed,
    double speed,
    List<HttpFault> httpFaults,
    List<Ec2Fault> ec2Faults,
    Map<NodeFault, Duration> faults) {
  static final int PREFIX_SIZE = 16;

  private static final int HOST_NETWORK_PODS = 2;
  private static final Pattern SIZE = Pattern.compile(".*\\.(\\d+)xlarge");

  public Scenario {
    httpFaults = List.copyOf(httpFaults);
    ec2Faults = List.copyOf(ec2Faults);
    faults = Map.copyOf(faults);
    subnetFree = Collections.unmodifiableSortedMap(new TreeMap<>(subnetFree));
    if (maxPods < 1) {
      throw new IllegalArgumentException("max pods %d: must be ≥ 1".formatted(maxPods));
    }
    if (!(speed > 0 && speed <= 1000)) {
      throw new IllegalArgumentException("speed %s: must be > 0 and ≤ 1000".formatted(speed));
    }
    if (networkCards > 1 && !cniVersion.atLeast(20, 0)) {
      throw new IllegalArgumentException(
          "%d network cards with CNI %s: choose one card, or CNI v1.20.0 or later"
              .formatted(networkCards, cniVersion));
    }
    if (prefixDelegation && !cniVersion.atLeast(9, 0)) {
      throw new IllegalArgumentException(
          "prefix delegation with CNI %s: choose CNI v1.9.0 or later".formatted(cniVersion));
    }
  }

  /**
   * Returns a builder for a node of this type without pods, with the newest CNI and ipamD's
   * defaults.
   *
   * @throws IllegalArgumentException if the bundled table does not contain the instance type
   */
  public static Builder of(String instanceType) {
    String unknown =
        "instance type '%s' is not in the table of limits: choose another, such as m5.xlarge"
            .formatted(instanceType);
    return InstanceLimits.of(instanceType)
        .map(limit -> new Builder(instanceType, limit))
        .orElseThrow(() -> new IllegalArgumentException(unknown));
  }

  boolean has(NodeFault fault) {
    return faults.containsKey(fault);
  }

  /** Whether the node has the fault at that model time. */
  boolean has(NodeFault fault, Duration now) {
    return has(fault) && now.compareTo(since(fault)) >= 0;
  }

  /** The model time at which the fault starts. */
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
    return prefixDelegation ? PREFIX_SIZE : 1;
  }

  /** How many CIDRs for pods one interface can hold, besides its primary address. */
  int cidrsPerEni() {
    return limit.podIpv4PerEni();
  }

  /** How many addresses for pods one interface can hold. */
  int addressesPerEni() {
    return cidrsPerEni() * cidrSize();
  }

  /** Collects the settings of a scenario. */
  public static final class Builder {
    private final String instanceType;
    private final InstanceLimits.Limit limit;
    private final List<HttpFault> httpFaults = new ArrayList<>();
    private final List<Ec2Fault> ec2Faults = new ArrayList<>();
    private final Map<NodeFault, Duration> faults = new EnumMap<>(NodeFault.class);
    private WarmTargets warmTargets = new WarmTargets(1, 0, 0, 1);
    private boolean prefixDelegation;
    private OptionalInt maxPods = OptionalInt.empty();
    private final SortedMap<Duration, Integer> subnetFree =
        new TreeMap<>(Map.of(Duration.ZERO, 4000));
    private PodSchedule pods = PodSchedule.parse("0");
    private CniVersion cniVersion = CniVersion.NEWEST;
    private boolean buildVersion;
    private int networkCards = 1;
    private int plainPods = Integer.MAX_VALUE;
    private boolean oldestEndFirst;
    private long seed = 1;
    private double speed = 1;

    private Builder(String instanceType, InstanceLimits.Limit limit) {
      this.instanceType = instanceType;
      this.limit = limit;
    }

    /** By default ipamD keeps one free interface, or one free prefix with prefix delegation. */
    public Builder warmTargets(WarmTargets warmTargets) {
      this.warmTargets = warmTargets;
      return this;
    }

    public Builder prefixDelegation(boolean prefixDelegation) {
      this.prefixDelegation = prefixDelegation;
      return this;
    }

    /** The kubelet's {@code max-pods}. The default is the value of EKS for the instance type. */
    public Builder maxPods(int maxPods) {
      this.maxPods = OptionalInt.of(maxPods);
      return this;
    }

    public Builder subnetFree(int subnetFree) {
      return subnetFree(subnetFree, Duration.ZERO);
    }

    /** From this model time on, the subnet has this number of free addresses. */
    public Builder subnetFree(int addresses, Duration from) {
      subnetFree.put(from, addresses);
      return this;
    }

    public Builder pods(PodSchedule pods) {
      this.pods = pods;
      return this;
    }

    public Builder cniVersion(CniVersion cniVersion) {
      this.cniVersion = cniVersion;
      return this;
    }

    /**
     * Shows the CNI release in {@code awscni_build_info}. Some real builds show an empty version.
     */
    public Builder buildVersion(boolean shown) {
      this.buildVersion = shown;
      return this;
    }

    /**
     * Gives the node several network cards.
     *
     * @param plainPods the number of pods that need only one address. Pods that start later need an
     *     address from each card.
     */
    public Builder networkCards(int cards, int plainPods) {
      this.networkCards = cards;
      this.plainPods = cards == 1 ? Integer.MAX_VALUE : plainPods;
      return this;
    }

    /** If the number of pods falls, the oldest pods end if this is true, else the newest pods. */
    public Builder oldestEndFirst(boolean oldestEndFirst) {
      this.oldestEndFirst = oldestEndFirst;
      return this;
    }

    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    public Builder speed(double speed) {
      this.speed = speed;
      return this;
    }

    /** Adds a fault. If several faults match a request, the fault that was added first applies. */
    public Builder httpFault(HttpFault fault) {
      httpFaults.add(fault);
      return this;
    }

    public Builder ec2Fault(Ec2Fault fault) {
      ec2Faults.add(fault);
      return this;
    }

    /** Adds a fault that starts at this model time. */
    Builder nodeFault(NodeFault fault, Duration from) {
      faults.put(fault, from);
      return this;
    }

    /**
     * Checks the settings and creates the scenario.
     *
     * @throws IllegalArgumentException if a setting is out of range or contradicts another setting
     */
    public Scenario build() {
      return new Scenario(
          instanceType,
          limit,
          warmTargets,
          prefixDelegation,
          maxPods.orElseGet(this::defaultMaxPods),
          subnetFree,
          pods,
          cniVersion,
          buildVersion,
          networkCards,
          plainPods,
          oldestEndFirst,
          seed,
          speed,
          httpFaults,
          ec2Faults,
          faults);
    }

    /**
     * Follows the EKS AMI's max-pods-calculator.sh: at most 110 pods, or at most 250 pods if the
     * type has over 30 vCPUs. These are the sizes from 8xlarge on and the metal sizes.
     */
    private int defaultMaxPods() {
      int reachable = limit.enis() * limit.podIpv4PerEni() * (prefixDelegation ? PREFIX_SIZE : 1);
      Matcher size = SIZE.matcher(instanceType);
      boolean large =
          size.matches() ? Integer.parseInt(size.group(1)) >= 8 : instanceType.contains(".metal");
      return Math.min(reachable + HOST_NETWORK_PODS, large ? 250 : 110);
    }
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
