package io.cnimetrics.cli;

import io.cnimetrics.agent.Subnets;
import io.cnimetrics.identity.InstanceMetadata;
import io.cnimetrics.identity.NodeSubnets;
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
  public NodeSubnets.Answer read(Set<String> subnetIds, String region, Duration limit) {
    NodeState now = ipamd.state();
    long used = (long) now.total() + now.enis();
    return new NodeSubnets.Told(
        subnetIds.stream().map(id -> new Subnet(id, now.subnetFree(), used)).toList());
  }
}
