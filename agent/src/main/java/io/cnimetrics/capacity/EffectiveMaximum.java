package io.cnimetrics.capacity;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Subnet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The number of addresses for pods that a node can really reach.
 *
 * @param explanation the calculation, such as {@code 18 = 2 ENIs × 9: without the primary ENI
 *     (custom networking)}
 */
public record EffectiveMaximum(long addresses, String explanation) {
  public EffectiveMaximum {
    if (addresses < 0) {
      throw new IllegalArgumentException("effective maximum " + addresses);
    }
  }

  /**
   * The number of addresses that the node can reach now. It is less than this maximum if the
   * subnets have too few free addresses. Metrics do not use this number, because each node in a
   * subnet counts the same free addresses.
   *
   * @param subnets the known subnets of the node's ENIs
   * @return empty if no known subnet has addresses for pods of this node
   */
  public Optional<EffectiveMaximum> reachableNow(AddressPool pool, List<Subnet> subnets) {
    Set<String> ofPods = pool.subnetIdsOfPods();
    List<Subnet> counted = subnets.stream().filter(subnet -> ofPods.contains(subnet.id())).toList();
    if (counted.isEmpty()) {
      return Optional.empty();
    }
    long free = counted.stream().mapToLong(Subnet::free).sum();
    long now = pool.totalIpv4() + free;
    String ids = counted.stream().map(Subnet::id).collect(Collectors.joining(", "));
    String sum = "%d on the node + %d free in %s".formatted(pool.totalIpv4(), free, ids);
    return Optional.of(
        now < addresses
            ? new EffectiveMaximum(now, "%d = %s".formatted(now, sum))
            : new EffectiveMaximum(addresses, "all %d (%s)".formatted(addresses, sum)));
  }
}
