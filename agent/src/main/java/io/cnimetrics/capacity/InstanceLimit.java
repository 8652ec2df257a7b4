package io.cnimetrics.capacity;

/**
 * What EC2 lets an instance type have.
 *
 * @param enis interfaces that the CNI may use, on the default network card
 * @param ipv4PerEni IPv4 addresses per interface, its own primary address included
 */
public record InstanceLimit(int enis, int ipv4PerEni) {
  public InstanceLimit {
    if (enis < 1 || ipv4PerEni < 1) {
      throw new IllegalArgumentException("%d ENIs of %d addresses".formatted(enis, ipv4PerEni));
    }
  }

  /** Addresses per interface that pods can have: the interface keeps its primary address. */
  public int podIpv4PerEni() {
    return ipv4PerEni - 1;
  }
}
