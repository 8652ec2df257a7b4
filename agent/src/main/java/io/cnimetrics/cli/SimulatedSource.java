package io.cnimetrics.cli;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A simulated node, which a command reads instead of the real node. */
record SimulatedSource(Scenario scenario, SimulatedIpamd ipamd) implements AutoCloseable {
  static SimulatedSource start(Scenario scenario, Duration warmUp, InstantSource clock) {
    return new SimulatedSource(
        scenario, SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, warmUp, clock));
  }

  /** Sets the URLs of ipamD and max-pods to the values of the simulated node. */
  Values values(Values given) {
    Map<String, String> flags = new HashMap<>();
    flags.put(Settings.INTROSPECTION_URL.name(), ipamd.introspectionUrl());
    flags.put(Settings.METRICS_URL.name(), ipamd.metricsUrl());
    if (!given.isGiven(Settings.MAX_PODS)) {
      flags.put(Settings.MAX_PODS.name(), String.valueOf(scenario.maxPods()));
    }
    return given.with(flags);
  }

  static Instance instance(String type) {
    return new Instance(
        Optional.of("i-0123456789abcdef0"),
        Optional.of(type),
        Optional.of("us-west-2"),
        Optional.of("us-west-2a"),
        Map.of("eks:cluster-name", "simulated"));
  }

  Identification identity(AgentConfig config) {
    Instance instance = instance(scenario.instanceType());
    return Identification.of(
        CommandPoller.given(config), new InstanceMetadata.Result(instance, List.of()));
  }

  Optional<Subnets> subnets(AgentConfig config) {
    return config.subnets() ? Optional.of(new SimulatedSubnets(ipamd)) : Optional.empty();
  }

  @Override
  public void close() {
    ipamd.close();
  }

  /** The subnet of a simulated node. No other node uses this subnet. */
  private record SimulatedSubnets(SimulatedIpamd ipamd) implements Subnets {
    @Override
    public InstanceMetadata.Interfaces interfaces(Duration limit) {
      return new InstanceMetadata.Interfaces(Map.of(), Optional.empty());
    }

    @Override
    public Ec2Result<Answer> read(Set<String> subnetIds, String region, Duration limit) {
      NodeState now = ipamd.state();
      long used = (long) now.total() + now.enis();
      List<Subnet> found =
          subnetIds.stream().map(id -> new Subnet(id, now.subnetFree(), used)).toList();
      return new Ec2Result.Found<>(new Answer(found, Map.of()));
    }
  }
}
