package io.cnimetrics.simulator;

import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import java.time.Duration;

/** Simulated nodes, and their states at a time. */
final class Nodes {
  private Nodes() {}

  /** An m5.xlarge on which these pods start. */
  static Scenario pods(String schedule) {
    return Scenario.of("m5.xlarge").pods(PodSchedule.parse(schedule));
  }

  static SimulatedNode node(Scenario scenario) {
    return new SimulatedNode(scenario);
  }

  /** The node of a named scenario, at the age at which doctor examines the node. */
  static SimulatedNode node(NamedScenario named) {
    SimulatedNode node = node(named.scenario());
    node.advanceTo(named.warmUp());
    return node;
  }

  static NodeState at(SimulatedNode node, int seconds) {
    node.advanceTo(Duration.ofSeconds(seconds));
    return node.state();
  }
}
