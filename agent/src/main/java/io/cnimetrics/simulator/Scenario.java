package io.cnimetrics.simulator;

import io.cnimetrics.capacity.InstanceLimits;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of a simulated node. Use {@link #of} to create a scenario.
 *
 * @param limit the limits of the instance type
 * @param maxPods how many pods the kubelet admits
 * @param subnetFree free addresses in the node's subnet at the start
 * @param seed the seed of all random values; equal scenarios with equal seeds give equal runs
 * @param speed model seconds per real second, up to 1000
 */
public record Scenario(
    String instanceType,
    InstanceLimits.Limit limit,
    WarmTargets warmTargets,
    boolean prefixDelegation,
    int maxPods,
    int subnetFree,
    PodSchedule pods,
    CniVersion cniVersion,
    long seed,
    double speed,
    List<HttpFault> httpFaults,
    Set<NodeFault> faults) {
  static final int PREFIX_SIZE = 16;

  private static final int HOST_NETWORK_PODS = 2;
  private static final Pattern SIZE = Pattern.compile(".*\\.(\\d+)xlarge");

  public Scenario {
    httpFaults = List.copyOf(httpFaults);
    faults = Set.copyOf(faults);
    if (maxPods < 1) {
      throw new IllegalArgumentException("max pods %d: must be ≥ 1".formatted(maxPods));
    }
    if (!(speed > 0 && speed <= 1000)) {
      throw new IllegalArgumentException("speed %s: must be > 0 and ≤ 1000".formatted(speed));
    }
    if (prefixDelegation && !cniVersion.atLeast(9, 0)) {
      throw new IllegalArgumentException(
          "prefix delegation with CNI %s: choose CNI v1.9.0 or later".formatted(cniVersion));
    }
  }

  /**
   * Returns a builder for an idle node of this type with the newest CNI and ipamD's default values.
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
    return faults.contains(fault);
  }

  /** Whether a tag excludes the interface's subnet from use for pods. */
  boolean excludes(AttachedEni eni) {
    return has(NodeFault.EXCLUDED_ENI) && eni.deviceNumber() == 1;
  }

  /** The number of addresses in one CIDR: 16 with prefix delegation, else 1. */
  int cidrSize() {
    return prefixDelegation ? PREFIX_SIZE : 1;
  }

  /** How many CIDRs one interface can hold. The primary address is not counted. */
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
    private final Set<NodeFault> faults = EnumSet.noneOf(NodeFault.class);
    private WarmTargets warmTargets = new WarmTargets(1, 0, 0, 1);
    private boolean prefixDelegation;
    private OptionalInt maxPods = OptionalInt.empty();
    private int subnetFree = 4000;
    private PodSchedule pods = PodSchedule.constant(0);
    private CniVersion cniVersion = CniVersion.NEWEST;
    private long seed = 1;
    private double speed = 1;

    private Builder(String instanceType, InstanceLimits.Limit limit) {
      this.instanceType = instanceType;
      this.limit = limit;
    }

    /** ipamD by default keeps one free interface, or one free prefix with prefix delegation. */
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
      this.subnetFree = subnetFree;
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

    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    public Builder speed(double speed) {
      this.speed = speed;
      return this;
    }

    /** Adds a fault. If two faults overlap in time, the fault that was added first applies. */
    public Builder httpFault(HttpFault failure) {
      httpFaults.add(failure);
      return this;
    }

    public Builder nodeFault(NodeFault fault) {
      faults.add(fault);
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
          seed,
          speed,
          httpFaults,
          faults);
    }

    /**
     * The rule of the EKS AMI's max-pods-calculator.sh: at most 110 pods, or 250 pods with over 30
     * vCPUs. The sizes from 8xlarge on and the metal sizes have over 30 vCPUs.
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
   * @param eni {@code WARM_ENI_TARGET}: as many free addresses as this number of interfaces holds
   * @param ip {@code WARM_IP_TARGET}: how many free addresses; 0 if unset
   * @param minimumIp {@code MINIMUM_IP_TARGET}: how many addresses, free or assigned; 0 if unset
   * @param prefix {@code WARM_PREFIX_TARGET}: how many free prefixes; used with prefix delegation
   */
  public record WarmTargets(int eni, int ip, int minimumIp, int prefix) {
    /** Whether {@code ip} or {@code minimumIp} is set. ipamD then ignores the other two targets. */
    boolean byAddress() {
      return ip > 0 || minimumIp > 0;
    }
  }
}
