package io.cnimetrics.cli;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The result of a request for the node's subnets.
 *
 * @param snapshot the snapshot of the poll, with the problems of the request
 * @param subnets the subnets; empty if EC2 returned no subnets
 */
record SubnetQuery(NodeSnapshot snapshot, List<Subnet> subnets) {
  private static final Duration METADATA_LIMIT = Duration.ofSeconds(1);

  /** The least time limit, because the EC2 client can need a second to load its classes. */
  private static final Duration LEAST = Duration.ofSeconds(1);

  private static final Problem WITHOUT_REGION =
      new Problem(
          Source.EC2,
          Reason.NOT_FOUND,
          "cannot request the subnets: " + Identification.UNKNOWN_REGION.fact(),
          Identification.UNKNOWN_REGION.remedy());

  /**
   * Requests the subnets of the ENIs in a snapshot.
   *
   * @param limit the time limit; less than one second counts as one second
   */
  static SubnetQuery of(
      NodeSnapshot seen, Optional<String> region, Subnets subnets, Duration limit) {
    if (seen.pool().isEmpty()) {
      return new SubnetQuery(seen, List.of());
    }
    NodeSnapshot located = located(seen, seen.pool().get(), subnets);
    AddressPool pool = located.pool().orElseThrow();
    if (pool.subnetIds().isEmpty()) {
      return new SubnetQuery(located, List.of());
    }
    Duration longer = limit.compareTo(LEAST) < 0 ? LEAST : limit;
    Ec2Result<List<Subnet>> result =
        region
            .map(known -> subnets.read(pool.subnetIds(), known, longer))
            .orElseGet(() -> new Ec2Result.Failed<>(WITHOUT_REGION, false));
    return result instanceof Ec2Result.Failed<List<Subnet>> failed
        ? new SubnetQuery(located.with(pool, List.of(failed.problem())), List.of())
        : new SubnetQuery(located, ((Ec2Result.Found<List<Subnet>>) result).value());
  }

  private static NodeSnapshot located(NodeSnapshot seen, AddressPool pool, Subnets subnets) {
    if (pool.reportsSubnets()) {
      return seen;
    }
    InstanceMetadata.Interfaces read = subnets.interfaces(METADATA_LIMIT);
    return seen.with(pool.located(read.subnetIds()), read.problem().stream().toList());
  }
}
