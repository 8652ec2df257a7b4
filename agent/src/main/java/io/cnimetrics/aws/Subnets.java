package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Reads facts about the subnets of this node. */
public interface Subnets {
  /** Reads the subnet of each ENI from instance metadata, if ipamD does not report subnets. */
  InstanceMetadata.Interfaces interfaces(Duration limit);

  /**
   * Sends one request for all subnets, without a retry. Blocks up to the limit. Returns the
   * requested subnets that have IPv4 addresses.
   *
   * @param limit the limit of the whole call, including the search for credentials
   */
  Ec2Result<List<Subnet>> read(Set<String> subnetIds, String region, Duration limit);
}
