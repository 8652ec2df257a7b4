package io.cnimetrics.snapshot;

/** How ipamD takes addresses from the VPC. It hands out only addresses of its own mode. */
public enum AddressMode {
  /** Single secondary IPv4 addresses. */
  SECONDARY_IP,
  /** IPv4 prefixes, /28 each. */
  PREFIX,
  /** One IPv6 prefix, /80, that no node ever uses up. */
  IPV6
}
