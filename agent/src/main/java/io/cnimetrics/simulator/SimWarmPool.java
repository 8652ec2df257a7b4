package io.cnimetrics.simulator;

import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.simulator.AttachedEni.Cidr;
import io.cnimetrics.simulator.Scenario.WarmTargets;
import java.util.List;

/**
 * The rules of {@code ipamd.go} for the size of one network card's address pool. ipamD counts a
 * cooling address as available.
 */
record SimWarmPool(Scenario scenario, int card) {
  /** Whether ipamD must request addresses in this round. */
  boolean tooLow(PoolCount pool) {
    if (pool.total() >= scenario.maxPods()) {
      return false;
    }
    if (targets().byAddress()) {
      return shortAddresses(pool) > 0;
    }
    // Even with a target of 0, ipamD keeps one address available.
    int warm =
        scenario.prefixDelegation
            ? targets().prefix() * NodeCapacity.ADDRESSES_PER_PREFIX
            : targets().eni() * scenario.addressesPerEni();
    return pool.available() < Math.max(warm, 1);
  }

  /** The largest number of CIDRs that ipamD requests in one call if the pool is too low. */
  int wantedCidrs(PoolCount pool) {
    if (!targets().byAddress()) {
      return scenario.prefixDelegation
          ? Math.max(1, targets().prefix() - pool.unusedCidrs())
          : scenario.cidrsPerEni();
    }
    int shortAddresses = shortAddresses(pool);
    if (!scenario.prefixDelegation) {
      return shortAddresses;
    }
    return card == 0 ? cidrsFor(shortAddresses) : Math.max(1, shortAddresses);
  }

  /**
   * The number of CIDRs to release. If WARM_ENI_TARGET applies, this is 0, because ipamD then
   * releases only whole interfaces.
   */
  int overCidrs(PoolCount pool) {
    WarmTargets targets = targets();
    if (!targets.byAddress()) {
      return scenario.prefixDelegation ? Math.max(0, pool.unusedCidrs() - targets.prefix()) : 0;
    }
    if (scenario.prefixDelegation && card == 0) {
      int needed =
          Math.max(cidrsFor(pool.assigned() + targets.ip()), cidrsFor(targets.minimumIp()));
      return Math.max(0, Math.min(pool.unusedCidrs(), pool.cidrs() - needed));
    }
    int over = Math.min(pool.available() - targets.ip(), pool.total() - targets.minimumIp());
    return Math.max(0, over);
  }

  /**
   * Whether the pool is large enough for ipamD to remove an interface without pods.
   *
   * @param others the counts of the pool without the interface to remove
   */
  boolean mayFreeEni(PoolCount pool, PoolCount others) {
    WarmTargets targets = targets();
    if (targets.byAddress()) {
      int size = scenario.cidrSize();
      return others.available() >= cidrsFor(targets.ip()) * size
          && others.total() >= cidrsFor(targets.minimumIp()) * size;
    }
    return scenario.prefixDelegation
        ? others.unusedCidrs() >= targets.prefix()
        : pool.available() >= (targets.eni() + 1) * scenario.addressesPerEni();
  }

  private int shortAddresses(PoolCount pool) {
    int shortOfWarm = Math.max(targets().ip() - pool.available(), 0);
    return Math.max(shortOfWarm, targets().minimumIp() - pool.total());
  }

  /** On all cards except the first, ipamD ignores the targets and keeps one address available. */
  private WarmTargets targets() {
    return card == 0 ? scenario.warmTargets : new WarmTargets(0, 1, 1, 0);
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
    static PoolCount of(List<AttachedEni> enis) {
      return ofCidrs(enis.stream().flatMap(eni -> eni.cidrs().stream()).toList());
    }

    static PoolCount ofCidrs(List<Cidr> cidrs) {
      int total = 0;
      int assigned = 0;
      int unusedCidrs = 0;
      for (Cidr cidr : cidrs) {
        int assignedInCidr = cidr.assigned();
        total += cidr.size();
        assigned += assignedInCidr;
        unusedCidrs += assignedInCidr == 0 ? 1 : 0;
      }
      return new PoolCount(total, assigned, cidrs.size(), unusedCidrs);
    }

    int available() {
      return total - assigned;
    }
  }
}
