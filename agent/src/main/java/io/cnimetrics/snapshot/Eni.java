package io.cnimetrics.snapshot;

import java.util.Optional;

/**
 * One network interface (ENI) that ipamD manages.
 *
 * @param networkCard index of the network card; 0 before release 1.20, which supports one card
 * @param deviceNumber index on that card; 0 for the primary interface of card 0
 * @param trunk whether it carries branch interfaces for pods
 * @param excluded whether its subnet is excluded from pod addresses; its addresses count in the
 *     total, but none is available
 * @param subnetId reported since release 1.22.0
 * @param single single IPv4 addresses
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

  /** The same in that subnet if ipamD did not report one. */
  Eni orIn(Optional<String> otherSubnetId) {
    return new Eni(
        id,
        networkCard,
        deviceNumber,
        primary,
        trunk,
        excluded,
        subnetId.or(() -> otherSubnetId),
        single,
        prefixed,
        prefixes,
        ipv6);
  }

  /** IPv4 addresses on this interface: 1 for each single one, 16 for each /28. */
  public long totalIpv4() {
    return single.total() + prefixed.total();
  }

  /** Assigned IPv4 addresses. */
  public long assignedIpv4() {
    return single.assigned() + prefixed.assigned();
  }

  /** Assigned addresses, with IPv6. */
  public long assigned() {
    return assignedIpv4() + ipv6.assigned();
  }

  /** Addresses in their cooldown, with IPv6. */
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
