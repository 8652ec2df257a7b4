package io.cnimetrics.snapshot;

/**
 * A subnet's IPv4 addresses, as the EC2 API counts them.
 *
 * @param free addresses that EC2 could still give out; in prefix mode no promise of a free prefix
 * @param used addresses that somebody has: nodes, pods, load balancers and whatever else
 */
public record Subnet(String id, long free, long used) {
  public Subnet {
    if (id.isBlank() || free < 0 || used < 0) {
      throw new IllegalArgumentException(
          "subnet '%s' with %d free and %d used addresses".formatted(id, free, used));
    }
  }
}
