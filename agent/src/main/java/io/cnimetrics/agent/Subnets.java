package io.cnimetrics.agent;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.NodeSubnets;
import java.time.Duration;
import java.util.Set;

/** What can be asked about the subnets of this node. */
public interface Subnets {
  /** In which subnets the node's interfaces are, where ipamD does not tell. */
  InstanceMetadata.Interfaces interfaces(Duration limit);

  /** The free addresses of some subnets. */
  NodeSubnets.Result read(Set<String> subnetIds, String region, Duration limit);
}
