package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The list of all checks; a new one is a class and its line here. */
public final class Checks {
  private Checks() {}

  /** Every check, what concerns pods most first. */
  public static List<Check> all(Probes probes) {
    return List.of(
        // Whether ipamD runs.
        new IntrospectionRead(probes.introspection()),
        new MetricsRead(),
        new IpamdRestarts(),
        new SlowStart(),
        // Whether pods get addresses.
        new NoAddresses(),
        new WarmPool(),
        new RefusedPods(),
        new Cooldown(),
        new NodeFull(),
        new MaxPods(),
        new PodRoutes(probes.heldAddresses(), probes.hostRoutes()),
        new SubnetRoom(probes.subnets()),
        // How EC2 answers ipamD.
        Ec2Refusals.DENIED,
        Ec2Refusals.NO_ADDRESSES,
        Ec2Refusals.NO_PREFIXES,
        Ec2Refusals.THROTTLED,
        Ec2Refusals.ENI_LIMIT,
        // What ipamD is at.
        new IpamdErrors(),
        new StuckAction(),
        new ForcedRemovals(),
        new PodEnis(),
        new StatedTotals(),
        new StaleGauges(),
        // What the node is like.
        new InstanceEnis(probes.attachedEnis()),
        new MixedModes(),
        new PrimaryInUse(),
        new ExcludedEnis(),
        new IdleAddresses(),
        new InstanceType(),
        new Ipv6(),
        new CniRelease(),
        // Whether the agent can do its work.
        IdentityResolved.CLUSTER,
        IdentityResolved.REGION,
        new ImdsReadable(),
        EndpointReachable.cloudWatch(probes.cloudWatch()),
        EndpointReachable.ec2(probes.ec2(), probes.subnets().isPresent()),
        new TestDatum(probes.testSend()),
        new Clock(probes.cloudWatch()),
        new InjectedAgent(),
        new StateDirectory(probes.directories()));
  }

  /** The series of ipamD's that checks judge by. */
  public static Set<Series> series() {
    return Stream.of(
            MetricCatalog.series().stream(),
            Ec2Refusals.series(),
            IpamdErrors.series(),
            Stream.of(SlowStart.SECONDS, SlowStart.STARTS, SlowStart.FAILED))
        .flatMap(series -> series)
        .collect(Collectors.toUnmodifiableSet());
  }
}
