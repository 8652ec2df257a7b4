package io.cnimetrics.simulator;

import io.cnimetrics.simulator.Scenario.WarmTargets;
import java.util.Collection;
import java.util.List;

/** The rules of {@code ipamd.go} for the size of the address pool. */
record SimWarmPool(Scenario scenario) {
  /** How many CIDRs to request in this round; 0 if the pool has enough addresses. */
  int shortCidrs(PoolCount pool) {
    if (pool.total() >= scenario.maxPods()) {
      return 0;
    }
    WarmTargets targets = scenario.warmTargets();
    if (targets.byAddress()) {
      int shortAddresses =
          Math.max(targets.ip() - pool.available(), targets.minimumIp() - pool.total());
      return cidrsFor(Math.max(shortAddresses, 0));
    }
    // Even with a target of 0, ipamD keeps one address available.
    int shortAddresses = Math.max(warmAddresses(), 1) - pool.available();
    if (shortAddresses <= 0) {
      return 0;
    }
    return scenario.prefixDelegation() ? cidrsFor(shortAddresses) : scenario.cidrsPerEni();
  }

  /** How many CIDRs to release; 0 if ipamD removes only whole interfaces (WARM_ENI_TARGET). */
  int overCidrs(PoolCount pool) {
    WarmTargets targets = scenario.warmTargets();
    if (targets.byAddress()) {
      int needed = Math.max(pool.assigned() + targets.ip(), targets.minimumIp());
      return Math.max(0, pool.cidrs() - cidrsFor(needed));
    }
    return scenario.prefixDelegation() ? Math.max(0, pool.unusedCidrs() - targets.prefix()) : 0;
  }

  /**
   * Whether an interface without pods may be removed.
   *
   * @param others the counts of the pool without that interface
   */
  boolean mayFreeEni(PoolCount pool, PoolCount others) {
    WarmTargets targets = scenario.warmTargets();
    if (targets.byAddress()) {
      int size = scenario.cidrSize();
      return others.available() >= cidrsFor(targets.ip()) * size
          && others.total() >= cidrsFor(targets.minimumIp()) * size;
    }
    if (scenario.prefixDelegation()) {
      return others.unusedCidrs() >= targets.prefix();
    }
    return pool.available() >= (targets.eni() + 1) * scenario.addressesPerEni();
  }

  private int warmAddresses() {
    WarmTargets targets = scenario.warmTargets();
    return scenario.prefixDelegation()
        ? targets.prefix() * Scenario.PREFIX_SIZE
        : targets.eni() * scenario.addressesPerEni();
  }

  private int cidrsFor(int addresses) {
    return -Math.floorDiv(-addresses, scenario.cidrSize());
  }

  /**
   * The counts that ipamD's rules use.
   *
   * @param total addresses on the interfaces
   * @param assigned addresses that pods hold
   * @param cidrs CIDRs on the interfaces
   * @param unusedCidrs CIDRs in which no address is assigned
   */
  record PoolCount(int total, int assigned, int cidrs, int unusedCidrs) {
    static PoolCount of(Collection<AttachedEni> enis) {
      List<SimCidr> cidrs = enis.stream().flatMap(eni -> eni.cidrs().stream()).toList();
      return new PoolCount(
          cidrs.stream().mapToInt(SimCidr::size).sum(),
          cidrs.stream().mapToInt(SimCidr::assigned).sum(),
          cidrs.size(),
          (int) cidrs.stream().filter(cidr -> cidr.assigned() == 0).count());
    }

    /** ipamD counts cooling addresses as available. */
    int available() {
      return total - assigned;
    }
  }
}
