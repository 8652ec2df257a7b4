package io.cnimetrics.snapshot;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * ipamD's pool of interfaces and addresses, as its introspection lists it. All numbers are sums
 * over the lists: ipamD's own totals are wrong after a forced removal.
 *
 * @param enis the interfaces, ordered by network card and device number
 * @param coolingKnown false before release 1.5.0, which does not report when an address was
 *     released
 * @param statedTotal {@code TotalIPs} over all network cards, if the body has it
 * @param statedAssigned {@code AssignedIPs} over all network cards, if the body has it
 */
public record AddressPool(
    List<Eni> enis, boolean coolingKnown, OptionalLong statedTotal, OptionalLong statedAssigned) {

  /**
   * @throws IllegalArgumentException if two interfaces have the same id
   */
  public AddressPool {
    enis = List.copyOf(enis);
    Set<String> ids = new HashSet<>();
    for (Eni eni : enis) {
      if (!ids.add(eni.id())) {
        throw new IllegalArgumentException("two ENIs with the id " + eni.id());
      }
    }
  }

  /** Whether ipamD reports the subnet of every interface; releases from 1.22.0 on do. */
  public boolean reportsSubnets() {
    return enis.stream().allMatch(eni -> eni.subnetId().isPresent());
  }

  /** The known subnets of the interfaces. */
  public Set<String> subnetIds() {
    return enis.stream().flatMap(eni -> eni.subnetId().stream()).collect(Collectors.toSet());
  }

  /** The known subnets of the interfaces with addresses for pods. */
  public Set<String> subnetIdsOfPods() {
    return enis.stream()
        .filter(eni -> eni.totalIpv4() > 0 && !eni.excluded())
        .flatMap(eni -> eni.subnetId().stream())
        .collect(Collectors.toSet());
  }

  /**
   * The same with subnets that ipamD did not report.
   *
   * @param subnetIds by the ids of the interfaces
   */
  public AddressPool located(Map<String, String> subnetIds) {
    return new AddressPool(
        enis.stream().map(eni -> eni.orIn(Optional.ofNullable(subnetIds.get(eni.id())))).toList(),
        coolingKnown,
        statedTotal,
        statedAssigned);
  }

  public int eniCount() {
    return enis.size();
  }

  /** IPv4 addresses for pods, with those of trunk and excluded interfaces. */
  public long totalIpv4() {
    return sum(Eni::totalIpv4);
  }

  public long assignedIpv4() {
    return sum(Eni::assignedIpv4);
  }

  /** Assigned addresses, with IPv6. */
  public long assigned() {
    return sum(Eni::assigned);
  }

  public long cooling() {
    return sum(Eni::cooling);
  }

  /** IPv4 addresses that a pod could get now; 0 on IPv6, where the number means nothing. */
  public long available(AddressMode mode) {
    return sum(eni -> eni.available(mode));
  }

  public long prefixes() {
    return sum(Eni::prefixes);
  }

  /** Whether an interface has an IPv6 prefix: then the cluster's pods use only IPv6. */
  public boolean ipv6() {
    return enis.stream().anyMatch(eni -> eni.ipv6().total() > 0);
  }

  private long sum(ToLongFunction<Eni> count) {
    return enis.stream().mapToLong(count).sum();
  }
}
