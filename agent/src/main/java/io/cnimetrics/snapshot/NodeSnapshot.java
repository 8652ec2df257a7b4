package io.cnimetrics.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one poll of a node saw. What a failed source would have told is absent, and a problem says
 * why.
 *
 * @param takenAt when the poll started, before its first request
 * @param pool interfaces and addresses, by introspection
 * @param metrics sums of ipamD's Prometheus series
 * @param settings ipamD's own settings, where it tells them
 */
public record NodeSnapshot(
    Instant takenAt,
    Instance instance,
    Optional<AddressPool> pool,
    Optional<IpamdMetrics> metrics,
    Optional<IpamdSettings> settings,
    List<Problem> problems) {
  public NodeSnapshot {
    problems = List.copyOf(problems);
  }
}
