package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads facts about the subnets of this node. */
public interface Subnets {
  /** Reads the subnet of each ENI from instance metadata, if ipamD does not report subnets. */
  InstanceMetadata.Interfaces interfaces(Duration limit);

  /**
   * An answer of EC2.
   *
   * @param subnets the requested subnets that have IPv4 addresses
   * @param missing the problem of each requested subnet that the answer does not list
   */
  record Answer(List<Subnet> subnets, Map<String, Problem> missing) {
    public Answer {
      subnets = List.copyOf(subnets);
      missing = Map.copyOf(missing);
    }
  }

  /**
   * Sends one request for all subnets, without a retry. Blocks up to the limit.
   *
   * @param limit the limit of the whole call, including the search for credentials
   */
  Ec2Result<Answer> read(Set<String> subnetIds, String region, Duration limit);
}
