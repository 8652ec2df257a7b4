package io.cnimetrics.agent;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Reads facts about the subnets of this node. */
public interface Subnets {
  /** Reads the subnet of each ENI from instance metadata, if ipamD does not report subnets. */
  InstanceMetadata.Interfaces interfaces(Duration limit);

  /** Reads the number of free addresses in the given subnets. */
  Ec2Result<List<Subnet>> read(Set<String> subnetIds, String region, Duration limit);
}
