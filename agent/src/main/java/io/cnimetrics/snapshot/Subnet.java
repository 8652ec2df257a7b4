package io.cnimetrics.snapshot;

/**
 * The numbers of a subnet's free and used IPv4 addresses, from the EC2 API.
 *
 * @param free addresses that EC2 can still assign; 16 free addresses need not form a free /28
 *     prefix
 * @param used addresses that nodes, pods, load balancers and others use
 */
public record Subnet(String id, long free, long used) {
  public Subnet {
    if (id.isBlank() || free < 0 || used < 0) {
      throw new IllegalArgumentException(
          "invalid subnet: id '%s', %d free, %d used addresses".formatted(id, free, used));
    }
  }
}
