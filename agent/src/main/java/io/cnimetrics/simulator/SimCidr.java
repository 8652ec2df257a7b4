package io.cnimetrics.simulator;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A block that EC2 assigns to an interface: one address (/32) or a prefix of 16 addresses (/28).
 *
 * @param addresses all addresses in the block, in ascending order
 */
record SimCidr(List<Address> addresses) {
  SimCidr {
    addresses = List.copyOf(addresses);
  }

  /** A CIDR of {@code size} unused addresses. The first address is {@code ipv4}. */
  static SimCidr at(int ipv4, int size) {
    return new SimCidr(
        IntStream.range(ipv4, ipv4 + size)
            .mapToObj(address -> Address.unused(dotted(address)))
            .toList());
  }

  private static String dotted(int ipv4) {
    return "%d.%d.%d.%d".formatted(ipv4 >>> 24, ipv4 >>> 16 & 0xff, ipv4 >>> 8 & 0xff, ipv4 & 0xff);
  }

  int size() {
    return addresses.size();
  }

  boolean prefix() {
    return size() > 1;
  }

  String ip() {
    return addresses.get(0).ip();
  }

  /** The CIDR as text, such as {@code 10.20.0.16/28}. */
  String text() {
    return ip() + (prefix() ? "/28" : "/32");
  }

  int count(Predicate<Address> which) {
    int count = 0;
    for (Address address : addresses) {
      count += which.test(address) ? 1 : 0;
    }
    return count;
  }

  int assigned() {
    return count(Address::assigned);
  }

  SimCidr map(UnaryOperator<Address> change) {
    return new SimCidr(addresses.stream().map(change).toList());
  }
}
