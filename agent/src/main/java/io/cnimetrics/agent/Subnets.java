package io.cnimetrics.agent;

import io.cnimetrics.identity.InstanceMetadata;
import io.cnimetrics.identity.NodeSubnets;
import java.time.Duration;
import java.util.Set;

/** What can be asked about the subnets of this node. */
public interface Subnets {
  /** In which subnets the node's interfaces are, where ipamD does not tell. */
  InstanceMetadata.Interfaces interfaces(Duration limit);

  /** The free addresses of some subnets. */
  NodeSubnets.Answer read(Set<String> subnetIds, String region, Duration limit);
}
