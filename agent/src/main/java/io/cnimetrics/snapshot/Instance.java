package io.cnimetrics.snapshot;

import java.util.Map;
import java.util.Optional;

/**
 * The EC2 instance, as far as instance metadata report it; each part may be unknown.
 *
 * @param tags the instance's tags, empty unless instance metadata show them
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
