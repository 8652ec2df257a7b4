package io.cnimetrics.wiring;

import io.cnimetrics.agent.Subnets;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.NodeSubnets;
import java.time.Duration;
import java.util.Set;

/** What instance metadata and EC2 tell of subnets; loaded only where they are asked. */
record SubnetsOfAws(InstanceMetadata metadata, NodeSubnets ec2) implements Subnets {
  static SubnetsOfAws fromEnvironment() {
    return new SubnetsOfAws(InstanceMetadata.fromEnvironment(), NodeSubnets.fromEnvironment());
  }

  @Override
  public InstanceMetadata.Interfaces interfaces(Duration limit) {
    return metadata.interfaces(limit);
  }

  @Override
  public NodeSubnets.Result read(Set<String> subnetIds, String region, Duration limit) {
    return ec2.read(subnetIds, region, limit);
  }
}
