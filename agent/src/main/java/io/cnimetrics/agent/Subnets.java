package io.cnimetrics.agent;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The source of facts about the subnets of this node. */
public interface Subnets {
  /** The subnets of the node's ENIs, for an ipamD that does not report them. */
  InstanceMetadata.Interfaces interfaces(Duration limit);

  /** The free addresses of some subnets. */
  Ec2Result<List<Subnet>> read(Set<String> subnetIds, String region, Duration limit);
}
