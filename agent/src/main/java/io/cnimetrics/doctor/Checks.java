package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The list of all checks, grouped by subject. */
public final class Checks {
  private Checks() {}

  /** All checks. The checks of causes come before the checks of their symptoms. */
  public static List<Check> all(Probes probes) {
    return Stream.of(
            ofNode(probes), AgentSetup.checks(probes.directories()), AwsAccess.checks(probes))
        .flatMap(List::stream)
        .toList();
  }

  /** The checks of the node, without the checks of the agent. */
  public static List<Check> ofNode(Probes probes) {
    Probes.Pool first = probes.pool().once();
    return Stream.of(
            IpamdProcess.checks(probes.introspection()),
            List.of(PodMetadata.check()),
            Ec2Errors.checks(),
            PoolFaults.checks(probes.primaryAddresses(), first),
            UnusedSlots.checks(probes.eniConfig()),
            List.of(Ipv6Prefix.CHECK),
            PodRequests.checks(first),
            List.of(
                PodRoutes.check(first, probes.pool(), probes.hostRoutes()),
                SubnetAddresses.check(probes.subnets())),
            PodAddresses.checks(),
            List.of(RefusedPods.CHECK, Cooldown.CHECK, NodeMaximum.nodeFull()),
            IpamdWork.checks(),
            InstanceEnis.checks(probes.attachedEnis()),
            NodeSetup.checks(),
            List.of(NodeMaximum.maxPods()))
        .flatMap(List::stream)
        .toList();
  }

  /** Returns the series of ipamD's metrics text that the checks read. */
  public static Set<Series> series() {
    return Stream.concat(MetricCatalog.series().stream(), IpamdProcess.series())
        .collect(Collectors.toUnmodifiableSet());
  }
}
