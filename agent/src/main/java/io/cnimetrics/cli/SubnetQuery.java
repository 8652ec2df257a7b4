package io.cnimetrics.cli;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The result of a request for the node's subnets.
 *
 * @param pool the address pool with the subnet of each ENI
 * @param subnets the subnets; empty if EC2 returned no subnets
 */
record SubnetQuery(AddressPool pool, List<Subnet> subnets, List<Problem> problems) {
  private static final Duration METADATA_LIMIT = Duration.ofSeconds(1);

  /** The shortest time limit, because the EC2 client can need a second to load its classes. */
  private static final Duration LEAST = Duration.ofSeconds(1);

  private static final Problem WITHOUT_REGION =
      new Problem(
          Source.EC2,
          Reason.NOT_FOUND,
          "cannot request the subnets: " + Identification.UNKNOWN_REGION.fact(),
          Identification.UNKNOWN_REGION.remedy());

  /**
   * Requests the subnets of the ENIs in a pool.
   *
   * @param limit the time limit; at least one second is used
   */
  static SubnetQuery of(
      AddressPool seen, Optional<String> region, Subnets subnets, Duration limit) {
    List<Problem> problems = new ArrayList<>();
    AddressPool pool = seen;
    if (!seen.reportsSubnets()) {
      InstanceMetadata.Interfaces read = subnets.interfaces(METADATA_LIMIT);
      read.problem().ifPresent(problems::add);
      pool = seen.located(read.subnetIds());
    }
    Set<String> ids = pool.subnetIds();
    if (ids.isEmpty()) {
      return new SubnetQuery(pool, List.of(), problems);
    }
    Duration longer = limit.compareTo(LEAST) < 0 ? LEAST : limit;
    Ec2Result<Subnets.Answer> result =
        region
            .map(known -> subnets.read(ids, known, longer))
            .orElseGet(() -> new Ec2Result.Failed<>(WITHOUT_REGION, false));
    if (result instanceof Ec2Result.Failed<Subnets.Answer> failed) {
      problems.add(failed.problem());
      return new SubnetQuery(pool, List.of(), problems);
    }
    Subnets.Answer answer = ((Ec2Result.Found<Subnets.Answer>) result).value();
    answer.missing().values().stream().distinct().forEach(problems::add);
    return new SubnetQuery(pool, answer.subnets(), problems);
  }
}
