package io.cnimetrics.snapshot;

/** The kind of addresses that ipamD requests. New pods get only addresses of the current mode. */
public enum AddressMode {
  /** Single secondary IPv4 addresses. */
  SECONDARY_IP,
  /** IPv4 prefixes, /28 each. */
  PREFIX,
  /** One IPv6 prefix, a /80. Such a prefix has more addresses than a node can ever use. */
  IPV6
}
