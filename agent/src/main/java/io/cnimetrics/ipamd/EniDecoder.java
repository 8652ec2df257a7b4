package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.Eni;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one ENI and its addresses. The total is the sum of the CIDR sizes. The number of listed
 * addresses can be smaller, because ipamD lists an address of a prefix only after a pod used this
 * address. The list also contains released addresses.
 */
final class EniDecoder {
  /** Go's zero time, which means that the address was never released. */
  private static final String NEVER = "0001-01-01T00:00:00Z";

  /** The memory of an ENI without its texts, in bytes. */
  private static final int BYTES_PER_ENI = 300;

  private final JsonCursor json;
  private final Instant takenAt;
  private final Duration ipCooldown;
  private final Listener listener;
  private boolean coolingKnown = true;
  private boolean multiNic;

  /**
   * @param takenAt the time of the poll
   * @param ipCooldown an address released less than this time before the poll is cooling
   * @param listener receives the addresses in the body
   */
  EniDecoder(JsonCursor json, Instant takenAt, Duration ipCooldown, Listener listener) {
    this.json = json;
    this.takenAt = takenAt;
    this.ipCooldown = ipCooldown;
    this.listener = listener;
  }

  interface Listener {
    /** Ignores the addresses. */
    Listener NONE = new Listener() {};

    /** Receives an address that the body lists. An address can be listed twice. */
    default void listed(String address) {}

    /**
     * Receives the last use of a listed address.
     *
     * @param assigned when the pod got the address; empty if ipamD does not report the time
     * @param released empty if the pod still holds the address
     */
    default void used(String address, Optional<Instant> assigned, Optional<Instant> released) {}
  }

  /** Whether ipamD reported the release time of every free address read so far. */
  boolean coolingKnown() {
    return coolingKnown;
  }

  /** Whether one of the pods read so far holds an address on each network card. */
  boolean multiNic() {
    return multiNic;
  }

  Eni eni(String id, int networkCard) throws IOException {
    if (id.isBlank()) {
      throw json.unexpected("the id of an ENI");
    }
    JsonCursor.Names fields = json.enter();
    Optional<Boolean> primary = Optional.empty();
    Optional<Integer> device = Optional.empty();
    boolean trunk = false;
    boolean excluded = false;
    Optional<String> subnet = Optional.empty();
    Optional<Cidrs> ipv4 = Optional.empty();
    Cidrs ipv6 = new Cidrs();
    while (json.nextField()) {
      switch (fields.next()) {
        case "IsPrimary" -> primary = Optional.of(json.bool());
        case "DeviceNumber" -> device = Optional.of(json.index());
        case "IsTrunk" -> trunk = json.bool();
        case "IsExcludedForPodIPs" -> excluded = json.bool();
        case "SubnetID" -> subnet = Optional.of(json.text()).filter(text -> !text.isBlank());
        case "IPv4Addresses" -> {
          json.requireFirst(ipv4);
          ipv4 = Optional.of(singleAddresses());
        }
        case "AvailableIPv4Cidrs" -> {
          json.requireFirst(ipv4);
          ipv4 = Optional.of(cidrs(Cidr::ipv4));
        }
        case "IPv6Cidrs" -> ipv6 = cidrs(Cidr::ipv6);
        default -> json.skip();
      }
    }
    json.keep(
        BYTES_PER_ENI
            + JsonCursor.bytesOf(id)
            + subnet.stream().mapToInt(JsonCursor::bytesOf).sum());
    Cidrs counted = ipv4.orElseThrow(() -> json.unexpected("the addresses of " + id));
    return new Eni(
        id,
        networkCard,
        device.orElseThrow(() -> json.unexpected("the DeviceNumber of " + id)),
        primary.orElseThrow(() -> json.unexpected("IsPrimary of " + id)),
        trunk,
        excluded,
        subnet,
        counted.single,
        counted.prefixed,
        counted.prefixes,
        ipv6.single.plus(ipv6.prefixed));
  }

  /** Reads the list of VPC CNI releases up to 1.8, in which each entry is one address. */
  private Cidrs singleAddresses() throws IOException {
    Cidrs cidrs = new Cidrs();
    cidrs.single = addresses();
    return cidrs;
  }

  private Cidrs cidrs(Function<String, Optional<Cidr>> parse) throws IOException {
    JsonCursor.Names names = json.enter();
    Cidrs cidrs = new Cidrs();
    while (json.nextField()) {
      String name = names.next();
      Cidr cidr = parse.apply(name).orElseThrow(() -> json.unexpected("a CIDR"));
      if (!cidr.prefix()) {
        listener.listed(name.substring(0, name.indexOf('/')));
      }
      cidrs.add(cidr, usedOf(cidr));
    }
    return cidrs;
  }

  private AddressCount usedOf(Cidr cidr) throws IOException {
    JsonCursor.Names fields = json.enter();
    Optional<AddressCount> used = Optional.empty();
    while (json.nextField()) {
      switch (fields.next()) {
        case "IPAddresses", "IPv4Addresses" -> {
          json.requireFirst(used);
          used = Optional.of(addresses());
        }
        default -> json.skip();
      }
    }
    return used.filter(list -> list.total() <= cidr.addresses())
        .orElseThrow(
            () -> json.unexpected("a list of at most %d addresses".formatted(cidr.addresses())));
  }

  private AddressCount addresses() throws IOException {
    JsonCursor.Names names = json.enter();
    AddressCount all = AddressCount.NONE;
    while (json.nextField()) {
      String address = names.next();
      listener.listed(address);
      all = all.plus(address(address));
    }
    return all;
  }

  private AddressCount address(String address) throws IOException {
    JsonCursor.Names fields = json.enter();
    boolean keyed = false;
    Optional<Boolean> assigned = Optional.empty();
    Optional<Boolean> cooling = Optional.empty();
    boolean severalInterfaces = false;
    Optional<Instant> assignedAt = Optional.empty();
    String released = NEVER;
    while (json.nextField()) {
      switch (fields.next()) {
        case "Assigned" -> {
          json.requireFirst(assigned);
          assigned = Optional.of(json.bool());
        }
        case "IPAMKey" -> {
          json.requireFirst(assigned);
          keyed = true;
          assigned = Optional.of(heldByPod());
        }
        case "IPAMMetadata" -> severalInterfaces = severalInterfaces();
        case "UnassignedTime" -> {
          released = json.text();
          cooling = Optional.of(isCooling(released));
        }
        case "AssignedTime" -> {
          if (listener == Listener.NONE) {
            json.skip();
          } else {
            assignedAt = Optional.of(time(json.text()));
          }
        }
        default -> json.skip();
      }
    }
    boolean held = assigned.orElseThrow(() -> json.unexpected("Assigned or IPAMKey"));
    if (keyed && cooling.isEmpty()) {
      throw json.unexpected("UnassignedTime");
    }
    multiNic |= held && severalInterfaces;
    coolingKnown &= held || cooling.isPresent();
    if (listener != Listener.NONE) {
      listener.used(address, assignedAt, held ? Optional.empty() : Optional.of(time(released)));
    }
    return new AddressCount(1, held ? 1 : 0, !held && cooling.orElse(false) ? 1 : 0);
  }

  /** Whether a pod holds the address. Since 1.23.0, ipamD fills only networkName. */
  private boolean heldByPod() throws IOException {
    JsonCursor.Names fields = json.enter();
    boolean known = false;
    boolean held = false;
    while (json.nextField()) {
      switch (fields.next()) {
        case "networkName", "containerID", "ifName" -> {
          known = true;
          held |= !json.text().isEmpty();
        }
        default -> json.skip();
      }
    }
    if (!known) {
      throw json.unexpected("networkName, containerID or ifName");
    }
    return held;
  }

  /** Whether the pod has several interfaces. Such a pod holds an address on each network card. */
  private boolean severalInterfaces() throws IOException {
    JsonCursor.Names fields = json.enter();
    boolean several = false;
    while (json.nextField()) {
      if (fields.next().equals("interfacesCount")) {
        several = json.integer() > 1;
      } else {
        json.skip();
      }
    }
    return several;
  }

  private boolean isCooling(String unassignedTime) {
    if (unassignedTime.equals(NEVER)) {
      return false;
    }
    // A release time long after the poll shows that the clock was set back after the release. Such
    // an address is not cooling, because ipamD's cooldown does not depend on the wall clock.
    return Duration.between(time(unassignedTime), takenAt).abs().compareTo(ipCooldown) < 0;
  }

  private Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw json.unexpected("a time such as 2026-11-21T10:00:00.5Z");
    }
  }

  /** Sums over all CIDRs of one ENI. */
  private static final class Cidrs {
    private AddressCount single = AddressCount.NONE;
    private AddressCount prefixed = AddressCount.NONE;
    private int prefixes;

    void add(Cidr cidr, AddressCount used) {
      AddressCount count = new AddressCount(cidr.addresses(), used.assigned(), used.cooling());
      if (cidr.prefix()) {
        prefixed = prefixed.plus(count);
        prefixes++;
      } else {
        single = single.plus(count);
      }
    }
  }

  /**
   * A CIDR. ipamD writes CIDRs as names of JSON fields.
   *
   * @param prefix whether the CIDR is a prefix and not a single address
   * @param addresses number of addresses: 1 for a /32, 16 for a /28, 2^48 for an IPv6 /80
   */
  private record Cidr(boolean prefix, long addresses) {
    private static final Pattern IPV4 =
        Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}/([0-9]{1,2})");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}/([0-9]{1,3})");

    /** Reads an IPv4 CIDR of at most the size of a VPC (/16). Returns empty for other text. */
    static Optional<Cidr> ipv4(String text) {
      return parse(text, IPV4, 16, 32);
    }

    /**
     * Reads an IPv6 CIDR of at most the size of EC2's prefix (/80). Returns empty for other text.
     */
    static Optional<Cidr> ipv6(String text) {
      return parse(text, IPV6, 80, 128);
    }

    private static Optional<Cidr> parse(String text, Pattern form, int shortest, int longest) {
      Matcher matcher = form.matcher(text);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      int bits = Integer.parseInt(matcher.group(1));
      return bits < shortest || bits > longest
          ? Optional.empty()
          : Optional.of(new Cidr(bits < longest, 1L << (longest - bits)));
    }
  }
}
