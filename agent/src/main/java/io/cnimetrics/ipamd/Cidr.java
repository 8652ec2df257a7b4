package io.cnimetrics.ipamd;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CIDR of ipamD, read from the keys of its maps.
 *
 * @param prefix whether it is a prefix, not a single address
 * @param addresses how many addresses it holds: 1 for a /32, 16 for a /28, 2^48 for an IPv6 /80
 */
record Cidr(boolean prefix, long addresses) {
  private static final Pattern IPV4 =
      Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}/([0-9]{1,2})");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}/([0-9]{1,3})");

  /** Reads an IPv4 CIDR no larger than a VPC, /16; empty for any other text. */
  static Optional<Cidr> ipv4(String text) {
    return parse(text, IPV4, 16, 32);
  }

  /**
   * Reads an IPv6 CIDR no larger than EC2's prefix for an interface, /80; empty for any other text.
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
