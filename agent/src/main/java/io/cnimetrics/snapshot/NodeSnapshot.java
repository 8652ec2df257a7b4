package io.cnimetrics.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The result of one poll of a node. The part of a failed source is absent, and a problem gives the
 * reason.
 *
 * @param takenAt when the poll started, before its first request
 * @param pool interfaces and addresses, by introspection
 * @param metrics sums of ipamD's Prometheus series
 * @param settings ipamD's own settings, if it reports them
 * @param introspectionOff whether a setting switches introspection off: only then ipamD's gauges
 *     replace it
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

  /**
   * ipamD's own settings, from {@code /v1/ipamd-env-settings}.
   *
   * @param customNetworking whether pods get addresses from other subnets than the node's, so that
   *     the primary interface has none for pods
   * @param warmIpTarget {@code WARM_IP_TARGET}, 0 if it is not set; empty if ipamD does not report
   *     it
   */
  public record IpamdSettings(boolean customNetworking, OptionalLong warmIpTarget) {}

  /** Whether ipamD answered: by introspection or, if that is switched off, by its metrics. */
  public boolean ipamdRead() {
    return pool.isPresent() || (introspectionOff() && metrics.isPresent());
  }

  /** The same with the instance, and more problems. */
  public NodeSnapshot on(Instance known, List<Problem> more) {
    return with(known, pool, more);
  }

  /** The same with another pool, and more problems. */
  public NodeSnapshot with(AddressPool known, List<Problem> more) {
    return with(instance, Optional.of(known), more);
  }

  private NodeSnapshot with(Instance on, Optional<AddressPool> known, List<Problem> more) {
    List<Problem> all = Stream.concat(problems.stream(), more.stream()).toList();
    return new NodeSnapshot(takenAt, on, known, metrics, settings, introspectionOff, all);
  }
}
