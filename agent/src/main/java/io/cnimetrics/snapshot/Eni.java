package io.cnimetrics.snapshot;

import java.util.Optional;

/**
 * One network interface (ENI) that ipamD manages.
 *
 * @param networkCard index of the network card; 0 on releases before 1.20, which know one card
 * @param deviceNumber index on that card; 0 for the primary interface of card 0
 * @param trunk whether branch interfaces for pods hang on it
 * @param excluded whether its subnet is excluded from pod addresses; what it has is counted in the
 *     total, but none of it is available
 * @param subnetId told from release 1.22.0 on
 * @param single IPv4 addresses that were taken one by one
 * @param prefixed IPv4 addresses in prefixes
 * @param prefixes number of IPv4 prefixes
 * @param ipv6 addresses in IPv6 prefixes, 2^48 to a prefix
 */
public record Eni(
    String id,
    int networkCard,
    int deviceNumber,
    boolean primary,
    boolean trunk,
    boolean excluded,
    Optional<String> subnetId,
    AddressCount single,
    AddressCount prefixed,
    int prefixes,
    AddressCount ipv6) {

  public Eni {
    if (id.isBlank()) {
      throw new IllegalArgumentException("an ENI needs an id");
    }
    if (networkCard < 0 || deviceNumber < 0 || prefixes < 0) {
      throw new IllegalArgumentException(
          "%s: network card %d, device %d, %d prefixes"
              .formatted(id, networkCard, deviceNumber, prefixes));
    }
    if ((prefixes == 0) != (prefixed.total() == 0)) {
      throw new IllegalArgumentException(
          "%s: %d prefixes with %d addresses".formatted(id, prefixes, prefixed.total()));
    }
  }

  /** The same in a subnet that ipamD did not tell. */
  Eni in(String anySubnetId) {
    return new Eni(
        id,
        networkCard,
        deviceNumber,
        primary,
        trunk,
        excluded,
        Optional.of(anySubnetId),
        single,
        prefixed,
        prefixes,
        ipv6);
  }

  /** IPv4 addresses on this interface: 1 for each single one, 16 for each /28. */
  public long totalIpv4() {
    return single.total() + prefixed.total();
  }

  /** IPv4 addresses that pods hold. */
  public long assignedIpv4() {
    return single.assigned() + prefixed.assigned();
  }

  /** Addresses that pods hold, IPv6 included. */
  public long assigned() {
    return assignedIpv4() + ipv6.assigned();
  }

  /** Addresses in their cooldown, IPv6 included. */
  public long cooling() {
    return single.cooling() + prefixed.cooling() + ipv6.cooling();
  }

  /**
   * IPv4 addresses that a pod could get from this interface now: free, not cooling, and of the
   * node's mode. 0 on IPv6, where the number means nothing.
   */
  public long available(AddressMode mode) {
    if (excluded) {
      return 0;
    }
    return switch (mode) {
      case SECONDARY_IP -> single.free();
      case PREFIX -> prefixed.free();
      case IPV6 -> 0;
    };
  }
}
