package io.cnimetrics.agent;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.NodeSubnets;
import java.time.Duration;
import java.util.Set;

/** The source of facts about the subnets of this node. */
public interface Subnets {
  /** The subnets of the node's ENIs, for an ipamD that does not report them. */
  InstanceMetadata.Interfaces interfaces(Duration limit);

  /** The free addresses of some subnets. */
  NodeSubnets.Result read(Set<String> subnetIds, String region, Duration limit);
}
