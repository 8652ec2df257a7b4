package io.cnimetrics.snapshot;

import java.lang.module.ModuleDescriptor.Version;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The result of one poll of a node. If the poll cannot read a source, the source's part of the
 * snapshot is empty, and a problem contains the reason.
 *
 * @param takenAt when the poll started, before its first request
 * @param pool the ENIs and addresses from introspection
 * @param metrics the sums over ipamD's Prometheus series
 * @param settings ipamD's own settings; empty if ipamD does not report settings
 * @param introspectionOff whether introspection is switched off in the agent's settings. The values
 *     then come from ipamD's gauges
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
   * @param customNetworking whether pods get addresses from other subnets than the node; in this
   *     case, the primary ENI has no addresses for pods
   * @param warmIpTarget {@code WARM_IP_TARGET}; 0 if the setting is not set, empty if ipamD does
   *     not report the setting
   */
  public record IpamdSettings(boolean customNetworking, OptionalLong warmIpTarget) {}

  /** Whether ipamD answered. If introspection is off, an answer with metrics is enough. */
  public boolean ipamdRead() {
    return pool.isPresent() || (introspectionOff() && metrics.isPresent());
  }

  /** EKS appends its own build number, as in v1.19.4-eksbuild.1. */
  private static final Pattern RELEASE = Pattern.compile("v(\\d+(?:\\.\\d+)*)(?:-.*)?");

  /** The release of the VPC CNI; empty if ipamD reports none, or something else than a release. */
  public Optional<Version> reportedRelease() {
    return metrics
        .flatMap(IpamdMetrics::cniVersion)
        .map(RELEASE::matcher)
        .filter(Matcher::matches)
        .map(release -> Version.parse(release.group(1)));
  }

  /**
   * The release of the VPC CNI, or the oldest release that answers as this ipamD does. ipamD
   * reports subnets since 1.22.0, and ENIs of other network cards than card 0 since 1.20.0. Empty
   * if ipamD reports none of these.
   */
  public Optional<Version> oldestRelease() {
    return reportedRelease()
        .or(
            () ->
                pool.filter(listed -> listed.eniCount() > 0 && listed.reportsSubnets())
                    .map(any -> Version.parse("1.22.0")))
        .or(
            () ->
                pool.filter(listed -> listed.enis().stream().anyMatch(eni -> eni.networkCard() > 0))
                    .map(any -> Version.parse("1.20.0")));
  }

  /** Returns a copy with the given instance and with additional problems. */
  public NodeSnapshot on(Instance known, List<Problem> more) {
    return with(known, pool, more);
  }

  /** Returns a copy with another pool and with additional problems. */
  public NodeSnapshot with(AddressPool known, List<Problem> more) {
    return with(instance, Optional.of(known), more);
  }

  private NodeSnapshot with(Instance on, Optional<AddressPool> known, List<Problem> more) {
    List<Problem> all = Stream.concat(problems.stream(), more.stream()).toList();
    return new NodeSnapshot(takenAt, on, known, metrics, settings, introspectionOff, all);
  }
}
