package io.cnimetrics.snapshot;

import java.util.Map;
import java.util.Optional;

/**
 * What the instance metadata service tells of the EC2 instance; each part may be unknown.
 *
 * @param tags the instance's tags, empty unless the instance shows them
 */
public record Instance(
    Optional<String> id,
    Optional<String> type,
    Optional<String> region,
    Optional<String> availabilityZone,
    Map<String, String> tags) {
  public static final Instance UNKNOWN =
      new Instance(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Map.of());

  public Instance {
    tags = Map.copyOf(tags);
  }
}
