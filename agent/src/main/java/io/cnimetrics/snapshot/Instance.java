package io.cnimetrics.snapshot;

import java.util.Map;
import java.util.Optional;

/**
 * The known facts about the EC2 instance. Each fact can be unknown.
 *
 * @param tags the instance's tags; empty if instance metadata does not contain tags
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
