package io.cnimetrics.snapshot;

/** How ipamD gets addresses from the VPC. ipamD gives pods only addresses of its current mode. */
public enum AddressMode {
  /** Single secondary IPv4 addresses. */
  SECONDARY_IP,
  /** IPv4 prefixes, /28 each. */
  PREFIX,
  /** One IPv6 prefix, a /80. A node cannot use up such a prefix. */
  IPV6
}
