package io.cnimetrics.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one poll of a node saw. What a failed source would have told is absent, and a problem says
 * why.
 *
 * @param takenAt when the poll started, before its first request
 * @param pool interfaces and addresses, by introspection
 * @param metrics sums of ipamD's Prometheus series
 * @param settings ipamD's own settings, where it tells them
 * @param introspectionOff whether introspection is switched off by setting: then, and only then,
 *     ipamD's gauges stand in for it
 */
public record NodeSnapshot(
    Instant takenAt,
    Instance instance,
    Optional<AddressPool> pool,
    Optional<IpamdMetrics> metrics,
    Optional<IpamdSettings> settings,
    boolean introspectionOff,
    List<Problem> problems) {
  public NodeSnapshot {
    problems = List.copyOf(problems);
  }

  /** Whether ipamD answered: by introspection or, where that is switched off, by its metrics. */
  public boolean ipamdRead() {
    return pool.isPresent() || (introspectionOff() && metrics.isPresent());
  }

  /** The same with what has been learnt of the instance, and what kept that from being more. */
  public NodeSnapshot on(Instance known, List<Problem> more) {
    return new NodeSnapshot(
        takenAt,
        known,
        pool,
        metrics,
        settings,
        introspectionOff,
        Stream.concat(problems.stream(), more.stream()).toList());
  }

  /** The same with what has been learnt of the pool, and what kept that from being more. */
  public NodeSnapshot with(AddressPool known, List<Problem> more) {
    return new NodeSnapshot(
        takenAt,
        instance,
        Optional.of(known),
        metrics,
        settings,
        introspectionOff,
        Stream.concat(problems.stream(), more.stream()).toList());
  }
}
