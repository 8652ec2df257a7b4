package io.cnimetrics.simulator;

/** ipamD's rules for how many addresses to keep, as in its {@code ipamd.go}. */
record SimWarmPool(Scenario scenario) {
  /** CIDRs to ask for in this round; 0 if the pool is not low. */
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
    // A target of 0 still wants one address while none is available.
    int shortAddresses = Math.max(warmAddresses(), 1) - pool.available();
    if (shortAddresses <= 0) {
      return 0;
    }
    return scenario.prefixDelegation() ? cidrsFor(shortAddresses) : scenario.cidrsPerEni();
  }

  /** CIDRs to give back to EC2; without address or prefix targets whole interfaces go instead. */
  int overCidrs(PoolCount pool) {
    WarmTargets targets = scenario.warmTargets();
    if (targets.byAddress()) {
      int needed = Math.max(pool.assigned() + targets.ip(), targets.minimumIp());
      return Math.max(0, pool.cidrs() - cidrsFor(needed));
    }
    return scenario.prefixDelegation() ? Math.max(0, pool.unusedCidrs() - targets.prefix()) : 0;
  }

  /**
   * Whether an interface without pods may go.
   *
   * @param others the pool without that interface
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
}
