package io.cnimetrics.capacity;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Subnet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The number of addresses for pods that a node can reach now. It is below the effective maximum if
 * the subnets have too few free addresses. Metrics do not use this number, because several nodes in
 * a subnet would count the same free addresses.
 *
 * @param explanation the calculation, such as {@code 20 = 14 on the node + 6 of 6 free in subnet-a}
 */
public record ReachableNow(long addresses, String explanation) {
  /**
   * Calculates the number from the free addresses of the subnets.
   *
   * @param subnets the known subnets of the node's ENIs
   * @return empty if the pool or the maximum is unknown, or if no known subnet has addresses for
   *     pods of this node
   */
  public static Optional<ReachableNow> of(
      NodeSnapshot node, NodeCapacity capacity, List<Subnet> subnets) {
    Set<String> ofPods = node.pool().map(AddressPool::subnetIdsOfPods).orElse(Set.of());
    List<Subnet> counted = subnets.stream().filter(subnet -> ofPods.contains(subnet.id())).toList();
    return capacity
        .effectiveMaximum()
        .filter(any -> !counted.isEmpty())
        .map(
            maximum ->
                of(
                    node.pool().orElseThrow(),
                    maximum,
                    Growth.of(node, capacity.mode(), maximum.perEni()),
                    counted));
  }

  private static ReachableNow of(
      AddressPool pool, EffectiveMaximum most, Growth growth, List<Subnet> subnets) {
    long maximum = most.addresses();
    long held = pool.usableIpv4(growth.mode());
    long room = pool.enis().stream().mapToLong(growth::room).sum();
    long missing = Math.max(0, maximum - held - room);
    long free = Math.max(0, most.freeSlots() * growth.step() - room);
    long newEnis = growth.enis(Math.min(missing, free));
    long more = 0;
    long unfilled = room;
    for (Subnet subnet : subnets) {
      long left = subnet.free();
      for (Eni eni : pool.enis()) {
        if (eni.subnetId().equals(Optional.of(subnet.id()))) {
          long added = growth.upTo(growth.room(eni), left);
          more += added;
          unfilled -= added;
          left -= added;
        }
      }
      for (long added = growth.ofNewEni(left);
          newEnis > 0 && added > 0;
          added = growth.ofNewEni(left)) {
        more += added;
        left -= added + 1;
        newEnis--;
      }
    }
    long freeInSubnets = subnets.stream().mapToLong(Subnet::free).sum();
    String ids = subnets.stream().map(Subnet::id).collect(Collectors.joining(", "));
    if (held + more >= maximum) {
      return new ReachableNow(
          maximum,
          "all %d (%d on the node + %d free in %s)".formatted(maximum, held, freeInSubnets, ids));
    }
    return new ReachableNow(
        held + more,
        "%d = %d on the node + %d of %d free in %s%s"
            .formatted(
                held + more,
                held,
                more,
                freeInSubnets,
                ids,
                more < freeInSubnets ? growth.whyNotMore(newEnis > 0, unfilled > 0) : ""));
  }

  /**
   * How ipamD requests addresses. A new ENI needs one primary address and the addresses for pods.
   * Without WARM_IP_TARGET ipamD requests a new ENI with all its addresses, and EC2 assigns all
   * addresses or none. For an attached ENI ipamD can request a single address or prefix.
   *
   * @param perEni the number of addresses for pods that one ENI can have
   * @param wholeEnis whether ipamD requests all addresses of a new ENI at once
   */
  private record Growth(NodeSnapshot node, AddressMode mode, long perEni, boolean wholeEnis) {
    static Growth of(NodeSnapshot node, AddressMode mode, long perEni) {
      return new Growth(
          node,
          mode,
          perEni,
          mode == AddressMode.SECONDARY_IP
              && node.settings().stream()
                  .flatMapToLong(settings -> settings.warmIpTarget().stream())
                  .noneMatch(target -> target > 0));
    }

    /** The number of addresses in the smallest request. */
    long step() {
      return mode == AddressMode.PREFIX ? NodeCapacity.ADDRESSES_PER_PREFIX : 1;
    }

    /** The number of ENIs that are needed for this many addresses. */
    long enis(long addresses) {
      return perEni == 0 ? 0 : (addresses + perEni - 1) / perEni;
    }

    /** The number of addresses that an attached ENI can get. */
    long room(Eni eni) {
      return ReservedEnis.contains(node, eni) ? 0 : Math.max(0, perEni - step() * eni.usedSlots());
    }

    /** The number of the requested addresses that EC2 can assign, in whole requests. */
    long upTo(long addresses, long free) {
      return Math.max(0, Math.min(addresses, free) / step() * step());
    }

    long leastForNewEni() {
      return 1 + (wholeEnis ? perEni : step());
    }

    /** Why free addresses of the subnets do not help, as a clause. */
    String whyNotMore(boolean missesEnis, boolean hasRoom) {
      if (missesEnis) {
        return ", because ipamD needs %d free addresses for one more ENI"
            .formatted(leastForNewEni());
      } else if (hasRoom) {
        return ", because the ENIs with free slots are in subnets with too few free addresses";
      }
      return mode == AddressMode.PREFIX
          ? ", because single addresses take the other slots"
          : ", because prefixes take the other slots";
    }

    long ofNewEni(long free) {
      return free < leastForNewEni() ? 0 : upTo(perEni, free - 1);
    }
  }
}
