package io.cnimetrics.snapshot;

/**
 * The number of a subnet's IPv4 addresses, from the EC2 API.
 *
 * @param free addresses that EC2 can still assign; 16 free addresses do not always form a free /28
 * @param used addresses that nodes, pods, load balancers and other users have
 */
public record Subnet(String id, long free, long used) {
  public Subnet {
    if (id.isBlank() || free < 0 || used < 0) {
      throw new IllegalArgumentException(
          "invalid subnet: id '%s', %d free, %d used addresses".formatted(id, free, used));
    }
  }
}
