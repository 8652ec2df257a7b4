package io.cnimetrics.cli;

import io.cnimetrics.agent.Subnets;
import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
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
import java.util.Set;

/**
 * The node's subnets, requested during a dry run.
 *
 * @param snapshot the poll, with the problems of the subnet requests
 * @param subnets empty if EC2 did not return them
 */
record SubnetQuery(NodeSnapshot snapshot, List<Subnet> subnets) {
  private static final Duration METADATA_LIMIT = Duration.ofSeconds(1);

  /** Loading the classes of the EC2 client can take a second. */
  private static final Duration LEAST = Duration.ofSeconds(1);

  /**
   * Requests the subnets of the interfaces in a snapshot.
   *
   * @param limit how long this may take; at least one second is used
   */
  static SubnetQuery of(
      NodeSnapshot seen, Optional<String> region, Subnets subnets, Duration limit) {
    NodeSnapshot located = seen.pool().map(pool -> located(seen, pool, subnets)).orElse(seen);
    Set<String> ids = located.pool().map(AddressPool::subnetIds).orElse(Set.of());
    if (ids.isEmpty()) {
      return new SubnetQuery(located, List.of());
    }
    return region
        .map(known -> result(located, subnets.read(ids, known, longer(limit))))
        .orElseGet(() -> failed(located, withoutRegion()));
  }

  private static Duration longer(Duration limit) {
    return limit.compareTo(LEAST) < 0 ? LEAST : limit;
  }

  private static NodeSnapshot located(NodeSnapshot seen, AddressPool pool, Subnets subnets) {
    if (pool.reportsSubnets()) {
      return seen;
    }
    InstanceMetadata.Interfaces read = subnets.interfaces(METADATA_LIMIT);
    return seen.with(pool.located(read.subnetIds()), read.problem().stream().toList());
  }

  private static SubnetQuery result(NodeSnapshot seen, Ec2Result<List<Subnet>> result) {
    return result instanceof Ec2Result.Failed<List<Subnet>> failed
        ? failed(seen, failed.problem())
        : new SubnetQuery(seen, ((Ec2Result.Found<List<Subnet>>) result).value());
  }

  private static Problem withoutRegion() {
    return new Problem(
        Source.EC2,
        Reason.NOT_FOUND,
        "cannot request the subnets: " + Identification.UNKNOWN_REGION.fact(),
        Identification.UNKNOWN_REGION.remedy());
  }

  private static SubnetQuery failed(NodeSnapshot seen, Problem problem) {
    return new SubnetQuery(
        seen.pool().map(pool -> seen.with(pool, List.of(problem))).orElse(seen), List.of());
  }
}
