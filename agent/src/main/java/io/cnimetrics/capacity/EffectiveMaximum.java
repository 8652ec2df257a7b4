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
 * The largest number of addresses for pods that a node can ever have.
 *
 * @param perEni the number of addresses for pods that one ENI can have
 * @param explanation the calculation, such as {@code 18 = 2 ENIs × 9: without the primary ENI
 *     (custom networking)}
 */
public record EffectiveMaximum(long addresses, long perEni, String explanation) {
  public EffectiveMaximum {
    if (addresses < 0 || perEni < 0) {
      throw new IllegalArgumentException(
          "effective maximum %d, %d addresses per ENI".formatted(addresses, perEni));
    }
  }

  /**
   * The part of the explanation that says why the number differs from the type's limits; empty if
   * there is none.
   */
  public String reasons() {
    String[] parts = explanation.split(": ", 2);
    return parts.length == 2 ? parts[1] : "";
  }

  /**
   * The number of addresses that the node can reach now. This number is below the maximum if the
   * subnets have too few free addresses. Metrics do not use this number, because several nodes in a
   * subnet would count the same free addresses.
   *
   * @param subnets the known subnets of the node's ENIs
   * @return empty if the pool is unknown, or if no known subnet has addresses for pods of this node
   */
  public Optional<EffectiveMaximum> reachableNow(
      NodeSnapshot node, AddressMode mode, List<Subnet> subnets) {
    Set<String> ofPods = node.pool().map(AddressPool::subnetIdsOfPods).orElse(Set.of());
    List<Subnet> counted = subnets.stream().filter(subnet -> ofPods.contains(subnet.id())).toList();
    return counted.isEmpty()
        ? Optional.empty()
        : Optional.of(
            reachableNow(node.pool().orElseThrow(), mode, new Growth(node, mode), counted));
  }

  private EffectiveMaximum reachableNow(
      AddressPool pool, AddressMode mode, Growth growth, List<Subnet> subnets) {
    long held = pool.usableIpv4(mode);
    long room = pool.enis().stream().mapToLong(eni -> growth.room(eni, perEni)).sum();
    long missing = Math.max(0, addresses - held - room);
    long slots = perEni == 0 ? 0 : (missing + perEni - 1) / perEni;
    long more = 0;
    for (Subnet subnet : subnets) {
      long left = subnet.free();
      for (Eni eni : pool.enis()) {
        if (eni.subnetId().equals(Optional.of(subnet.id()))) {
          long added = growth.upTo(growth.room(eni, perEni), left);
          more += added;
          left -= added;
        }
      }
      for (long added = growth.ofNewEni(perEni, left);
          slots > 0 && added > 0;
          added = growth.ofNewEni(perEni, left)) {
        more += added;
        left -= added + 1;
        slots--;
      }
    }
    long free = subnets.stream().mapToLong(Subnet::free).sum();
    String ids = subnets.stream().map(Subnet::id).collect(Collectors.joining(", "));
    if (held + more >= addresses) {
      return new EffectiveMaximum(
          addresses,
          perEni,
          "all %d (%d on the node + %d free in %s)".formatted(addresses, held, free, ids));
    }
    String unused =
        more < free
            ? ", because ipamD needs %d free addresses for one more ENI"
                .formatted(growth.leastForNewEni(perEni))
            : "";
    return new EffectiveMaximum(
        held + more,
        perEni,
        "%d = %d on the node + %d of %d free in %s%s"
            .formatted(held + more, held, more, free, ids, unused));
  }

  /**
   * How ipamD requests addresses. A new ENI needs one primary address and the addresses for pods.
   * Without WARM_IP_TARGET ipamD requests a new ENI with all its addresses, and EC2 assigns all
   * addresses or none. For an attached ENI ipamD can request a single address or prefix.
   *
   * @param wholeEnis whether ipamD requests all addresses of a new ENI at once
   * @param step the number of addresses in the smallest request: 16 in prefix mode, otherwise 1
   */
  private record Growth(boolean customNetworking, boolean wholeEnis, long step) {
    Growth(NodeSnapshot node, AddressMode mode) {
      this(
          node.settings().filter(NodeSnapshot.IpamdSettings::customNetworking).isPresent(),
          mode == AddressMode.SECONDARY_IP
              && node.settings().stream()
                  .flatMapToLong(settings -> settings.warmIpTarget().stream())
                  .noneMatch(target -> target > 0),
          mode == AddressMode.PREFIX ? NodeCapacity.ADDRESSES_PER_PREFIX : 1);
    }

    /** The number of addresses that an attached ENI can get. A trunk or excluded ENI gets none. */
    long room(Eni eni, long perEni) {
      boolean primaryWithoutPods = eni.primary() && (customNetworking || eni.totalIpv4() == 0);
      return eni.trunk() || eni.excluded() || primaryWithoutPods
          ? 0
          : Math.max(0, perEni - step * (eni.single().total() + eni.prefixes()));
    }

    /** The number of the requested addresses that EC2 can assign. A multiple of {@code step}. */
    long upTo(long addresses, long free) {
      return Math.max(0, Math.min(addresses, free) / step * step);
    }

    long leastForNewEni(long perEni) {
      return 1 + (wholeEnis ? perEni : step);
    }

    long ofNewEni(long perEni, long free) {
      return free < leastForNewEni(perEni) ? 0 : upTo(perEni, free - 1);
    }
  }
}
