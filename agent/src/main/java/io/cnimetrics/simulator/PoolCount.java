package io.cnimetrics.simulator;

import java.util.Collection;
import java.util.List;

/**
 * What ipamD's rules look at.
 *
 * @param total addresses on the interfaces
 * @param assigned those that pods hold
 * @param cidrs CIDRs on the interfaces
 * @param unusedCidrs those of which no pod holds an address
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

  /** As ipamD's rules have it: cooling addresses are available. */
  int available() {
    return total - assigned;
  }
}
