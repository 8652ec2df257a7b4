package io.cnimetrics.capacity;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Subnet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a node could have at this moment: its maximum, or less if its subnets run out before. For
 * people only: every node in a subnet counts the same free addresses.
 */
public final class ReachableNow {
  private ReachableNow() {}

  /**
   * Adds up what the node has and what is free.
   *
   * @param subnets those of the node's interfaces that are known
   * @return empty if no subnet of interfaces with pods is known
   */
  public static Optional<EffectiveMaximum> of(
      EffectiveMaximum maximum, AddressPool pool, List<Subnet> subnets) {
    Set<String> ofPods = pool.subnetIdsOfPods();
    List<Subnet> counted = subnets.stream().filter(subnet -> ofPods.contains(subnet.id())).toList();
    return counted.isEmpty() ? Optional.empty() : Optional.of(sum(maximum, pool, counted));
  }

  private static EffectiveMaximum sum(
      EffectiveMaximum maximum, AddressPool pool, List<Subnet> subnets) {
    long free = subnets.stream().mapToLong(Subnet::free).sum();
    long now = pool.totalIpv4() + free;
    String sum =
        "%d on the node + %d free in %s"
            .formatted(
                pool.totalIpv4(),
                free,
                subnets.stream().map(Subnet::id).collect(Collectors.joining(", ")));
    return now < maximum.addresses()
        ? new EffectiveMaximum(now, "%d = %s".formatted(now, sum))
        : new EffectiveMaximum(
            maximum.addresses(), "all %d: %s".formatted(maximum.addresses(), sum));
  }
}
