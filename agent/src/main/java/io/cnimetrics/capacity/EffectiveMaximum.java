package io.cnimetrics.capacity;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Subnet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many pod addresses a node can really reach.
 *
 * @param explanation the calculation, such as {@code 18 = 2 ENIs × 9: custom networking takes the
 *     primary}
 */
public record EffectiveMaximum(long addresses, String explanation) {
  public EffectiveMaximum {
    if (addresses < 0) {
      throw new IllegalArgumentException("effective maximum " + addresses);
    }
  }

  /**
   * What the node can reach now: this maximum, or less if its subnets run out before. For people
   * only: every node in a subnet counts the same free addresses.
   *
   * @param subnets the known subnets of the node's interfaces
   * @return empty if no subnet of interfaces with pods is known
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
            : new EffectiveMaximum(addresses, "all %d: %s".formatted(addresses, sum)));
  }
}
