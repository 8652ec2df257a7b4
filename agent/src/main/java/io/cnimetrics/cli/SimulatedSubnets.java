package io.cnimetrics.cli;

import io.cnimetrics.agent.Subnets;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.NodeSubnets;
import io.cnimetrics.simulator.NodeState;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The subnet of a simulated node, which has it for itself. */
record SimulatedSubnets(SimulatedIpamd ipamd) implements Subnets {
  @Override
  public InstanceMetadata.Interfaces interfaces(Duration limit) {
    return new InstanceMetadata.Interfaces(Map.of(), Optional.empty());
  }

  @Override
  public NodeSubnets.Result read(Set<String> subnetIds, String region, Duration limit) {
    NodeState now = ipamd.state();
    long used = (long) now.total() + now.enis();
    return new NodeSubnets.Found(
        subnetIds.stream().map(id -> new Subnet(id, now.subnetFree(), used)).toList());
  }
}
