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
 * What to simulate; created by {@link #of}.
 *
 * @param limit what the instance type allows
 * @param maxPods pods that the kubelet admits
 * @param subnetFree free addresses in the node's subnet, not counting the node's own
 * @param seed the same scenario and seed give the same run
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
          "prefix delegation with CNI %s: it came with v1.9.0".formatted(cniVersion));
    }
  }

  /**
   * Starts a scenario: an idle node of that type under the newest CNI with its default settings.
   *
   * @throws IllegalArgumentException if the bundled table lacks the instance type
   */
  public static Builder of(String instanceType) {
    String unknown =
        "instance type '%s' is not in the table of limits: expected, say, m5.xlarge"
            .formatted(instanceType);
    return InstanceLimits.of(instanceType)
        .map(limit -> new Builder(instanceType, limit))
        .orElseThrow(() -> new IllegalArgumentException(unknown));
  }

  boolean has(NodeFault fault) {
    return faults.contains(fault);
  }

  /** Whether the subnet of the interface is tagged as not for pods. */
  boolean excludes(AttachedEni eni) {
    return has(NodeFault.EXCLUDED_ENI) && eni.deviceNumber() == 1;
  }

  /** Addresses in one CIDR of this node's mode: 16 in a prefix, else 1. */
  int cidrSize() {
    return prefixDelegation ? PREFIX_SIZE : 1;
  }

  /** CIDRs that one interface can hold; its primary address needs one more slot. */
  int cidrsPerEni() {
    return limit.podIpv4PerEni();
  }

  /** Addresses for pods that one interface can hold. */
  int addressesPerEni() {
    return cidrsPerEni() * cidrSize();
  }

  /** Collects settings; the defaults are ipamD's own. */
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

    /** ipamD's default is one interface or one prefix. */
    public Builder warmTargets(WarmTargets warmTargets) {
      this.warmTargets = warmTargets;
      return this;
    }

    public Builder prefixDelegation(boolean prefixDelegation) {
      this.prefixDelegation = prefixDelegation;
      return this;
    }

    /** The kubelet's {@code max-pods}; by default the value of EKS for the instance type. */
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

    /** Adds a fault; of two at the same time the first one added applies. */
    public Builder httpFault(HttpFault failure) {
      httpFaults.add(failure);
      return this;
    }

    public Builder nodeFault(NodeFault fault) {
      faults.add(fault);
      return this;
    }

    /**
     * Checks the settings together.
     *
     * @throws IllegalArgumentException if they contradict each other
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
     * max-pods-calculator.sh of the EKS AMI; sizes from 8xlarge on and metal have over 30 vCPUs.
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
   * ipamD's settings for the pool of free addresses that it keeps ready.
   *
   * @param eni {@code WARM_ENI_TARGET}: interfaces' worth of free addresses
   * @param ip {@code WARM_IP_TARGET}: free addresses; 0 if unset
   * @param minimumIp {@code MINIMUM_IP_TARGET}: addresses in all; 0 if unset
   * @param prefix {@code WARM_PREFIX_TARGET}: free prefixes, with prefix delegation
   */
  public record WarmTargets(int eni, int ip, int minimumIp, int prefix) {
    /** Whether single addresses are counted; then the other two targets are ignored. */
    boolean byAddress() {
      return ip > 0 || minimumIp > 0;
    }
  }
}
