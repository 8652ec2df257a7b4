package io.cnimetrics.snapshot;

import java.util.Optional;

/**
 * One network interface (ENI) that ipamD manages.
 *
 * @param networkCard the index of the network card; ipamD before 1.20 supports only card 0
 * @param deviceNumber the index of the ENI on its network card; the primary ENI of card 0 has index
 *     0
 * @param trunk whether the ENI carries branch ENIs for pods
 * @param excluded whether the ENI's subnet is excluded for pods. The ENI's addresses are part of
 *     the total, but new pods cannot get these addresses.
 * @param subnetId the ENI's subnet, which ipamD reports since release 1.22.0
 * @param single the single IPv4 addresses
 * @param prefixed the IPv4 addresses in prefixes
 * @param prefixes the number of IPv4 prefixes
 * @param ipv6 the addresses in IPv6 prefixes; a prefix has 2^48 addresses
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
          "negative number for ENI %s: network card %d, device %d, %d prefixes"
              .formatted(id, networkCard, deviceNumber, prefixes));
    }
    if ((prefixes == 0) != (prefixed.total() == 0)) {
      throw new IllegalArgumentException(
          "ENI %s: %d addresses in %d prefixes".formatted(id, prefixed.total(), prefixes));
    }
  }

  /** Returns a copy in the given subnet if ipamD did not report the ENI's subnet. */
  Eni withSubnetIfUnknown(Optional<String> otherSubnetId) {
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

  /** The number of IPv4 addresses for pods on this ENI. A /28 prefix counts as 16 addresses. */
  public long totalIpv4() {
    return single.total() + prefixed.total();
  }

  public long assignedIpv4() {
    return single.assigned() + prefixed.assigned();
  }

  /** The number of assigned addresses, IPv4 and IPv6. */
  public long assigned() {
    return assignedIpv4() + ipv6.assigned();
  }

  /** The number of cooling addresses, IPv4 and IPv6. */
  public long cooling() {
    return single.cooling() + prefixed.cooling() + ipv6.cooling();
  }

  /**
   * The number of IPv4 addresses of the given mode that new pods can get from this ENI. On IPv6 the
   * number is always 0.
   */
  public long available(AddressMode mode) {
    return forNewPods(mode).free();
  }

  /** The number of IPv4 addresses of the given mode that new pods can get after the cooldown. */
  public long availableLater(AddressMode mode) {
    return forNewPods(mode).cooling();
  }

  private AddressCount forNewPods(AddressMode mode) {
    if (excluded) {
      return AddressCount.NONE;
    }
    return switch (mode) {
      case SECONDARY_IP -> single;
      case PREFIX -> prefixed;
      case IPV6 -> AddressCount.NONE;
    };
  }

  /**
   * The number of IPv4 addresses that pods hold, or that new pods can get now or after the
   * cooldown.
   */
  public long usableIpv4(AddressMode mode) {
    if (excluded) {
      return assignedIpv4();
    }
    return switch (mode) {
      case SECONDARY_IP -> single.total() + prefixed.assigned();
      case PREFIX -> single.assigned() + prefixed.total();
      case IPV6 -> assignedIpv4();
    };
  }

  /** The number of used slots. A single address takes one slot, and so does a prefix. */
  public long usedSlots() {
    return single.total() + prefixes;
  }
}
