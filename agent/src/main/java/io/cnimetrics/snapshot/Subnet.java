package io.cnimetrics.snapshot;

/**
 * A subnet's IPv4 addresses, as the EC2 API counts them.
 *
 * @param free addresses that EC2 can still assign; in prefix mode this is no promise of a free /28
 * @param used addresses in use by nodes, pods, load balancers and others
 */
public record Subnet(String id, long free, long used) {
  public Subnet {
    if (id.isBlank() || free < 0 || used < 0) {
      throw new IllegalArgumentException(
          "invalid subnet: id '%s', %d free, %d used addresses".formatted(id, free, used));
    }
  }
}
