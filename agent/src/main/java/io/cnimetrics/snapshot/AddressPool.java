package io.cnimetrics.snapshot;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * ipamD's ENIs and addresses, as introspection lists them. All numbers are sums over these lists,
 * because ipamD's own totals are wrong after a forced removal of an ENI.
 *
 * @param enis the ENIs, ordered by network card and device number
 * @param networkCards the indexes of the network cards that ipamD manages, in ascending order.
 *     Before its first ENI a card has no ENI. Cards of ENIs are added if they are missing
 * @param coolingKnown whether ipamD reports when an address was released; releases before 1.5.0 do
 *     not report the time
 * @param multiNic whether the node has multi-NIC pods, which hold an address on each network card.
 *     All other pods hold one address
 * @param statedTotal ipamD's {@code TotalIPs} of all network cards; empty if not reported
 * @param statedAssigned ipamD's {@code AssignedIPs} of all network cards; empty if not reported
 */
public record AddressPool(
    List<Eni> enis,
    List<Integer> networkCards,
    boolean coolingKnown,
    boolean multiNic,
    OptionalLong statedTotal,
    OptionalLong statedAssigned) {

  /**
   * @throws IllegalArgumentException if two ENIs have the same id
   */
  public AddressPool {
    enis = List.copyOf(enis);
    networkCards =
        Stream.concat(networkCards.stream(), enis.stream().map(Eni::networkCard))
            .distinct()
            .sorted()
            .toList();
    Set<String> ids = new HashSet<>();
    for (Eni eni : enis) {
      if (!ids.add(eni.id())) {
        throw new IllegalArgumentException("two ENIs with the id " + eni.id());
      }
    }
  }

  /** Whether the subnet of every ENI is known. ipamD reports subnets since release 1.22.0. */
  public boolean reportsSubnets() {
    return enis.stream().allMatch(eni -> eni.subnetId().isPresent());
  }

  /** The ids of all known subnets of the ENIs, in the order of the ENIs. */
  public Set<String> subnetIds() {
    return enis.stream()
        .flatMap(eni -> eni.subnetId().stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The ids of the known subnets in which ENIs have addresses for pods. */
  public Set<String> subnetIdsOfPods() {
    return only(eni -> eni.totalIpv4() > 0 && !eni.excluded()).subnetIds();
  }

  /**
   * Returns a copy with the subnets that ipamD did not report.
   *
   * @param subnetIds the ids of subnets, by the id of the ENI
   */
  public AddressPool located(Map<String, String> subnetIds) {
    return new AddressPool(
        enis.stream()
            .map(eni -> eni.withSubnetIfUnknown(Optional.ofNullable(subnetIds.get(eni.id()))))
            .toList(),
        networkCards,
        coolingKnown,
        multiNic,
        statedTotal,
        statedAssigned);
  }

  /** The part of the pool on one network card, without ipamD's own totals. */
  public AddressPool onCard(int networkCard) {
    return only(eni -> eni.networkCard() == networkCard);
  }

  /** The part of the pool on these ENIs. It has no stated totals. */
  public AddressPool only(Predicate<Eni> part) {
    return new AddressPool(
        enis.stream().filter(part).toList(),
        List.of(),
        coolingKnown,
        multiNic,
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  public int eniCount() {
    return enis.size();
  }

  /** The number of IPv4 addresses for pods, including addresses on trunk and excluded ENIs. */
  public long totalIpv4() {
    return sum(Eni::totalIpv4);
  }

  public long assignedIpv4() {
    return sum(Eni::assignedIpv4);
  }

  /** The number of assigned addresses, IPv4 and IPv6. */
  public long assigned() {
    return sum(Eni::assigned);
  }

  public long cooling() {
    return sum(Eni::cooling);
  }

  /** The number of IPv4 addresses that new pods can get now. On IPv6 the number is always 0. */
  public long available(AddressMode mode) {
    return sum(eni -> eni.available(mode));
  }

  /** See {@link Eni#availableLater}. */
  public long availableLater(AddressMode mode) {
    return sum(eni -> eni.availableLater(mode));
  }

  /** See {@link Eni#usableIpv4}. */
  public long usableIpv4(AddressMode mode) {
    return sum(eni -> eni.usableIpv4(mode));
  }

  public long prefixes() {
    return sum(Eni::prefixes);
  }

  public boolean hasTrunk() {
    return enis.stream().anyMatch(Eni::trunk);
  }

  /** Whether an ENI has an IPv6 prefix. If so, all pods of the cluster use IPv6. */
  public boolean ipv6() {
    return enis.stream().anyMatch(eni -> eni.ipv6().total() > 0);
  }

  private long sum(ToLongFunction<Eni> count) {
    return enis.stream().mapToLong(count).sum();
  }
}
