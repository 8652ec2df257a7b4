package io.cnimetrics.snapshot;

/** How ipamD allocates addresses from the VPC. It assigns only addresses of its own mode. */
public enum AddressMode {
  /** Single secondary IPv4 addresses. */
  SECONDARY_IP,
  /** IPv4 prefixes, /28 each. */
  PREFIX,
  /** One IPv6 prefix, /80, which no node can use up. */
  IPV6
}
