package io.cnimetrics.simulator;

import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * A model of a node that uses no threads, no sockets and no clock. {@link #advanceTo} moves the
 * model time in steps of one second. Not thread-safe.
 */
final class SimulatedNode {
  private final Scenario scenario;
  private final Counters counters = new Counters();
  private final SimEc2 ec2;
  private final SimIpamd ipamd;
  private final Kubelet kubelet;
  private Duration now = Duration.ZERO;
  private long nextTick;

  /**
   * @throws IllegalArgumentException if a setting of the scenario is invalid
   */
  SimulatedNode(Scenario scenario) {
    if (scenario.problem().isPresent()) {
      throw new IllegalArgumentException(scenario.problem().get());
    }
    Random random = new Random(scenario.seed);
    this.scenario = scenario;
    this.ec2 = new SimEc2(scenario, counters, random);
    this.ipamd = new SimIpamd(scenario, counters, ec2, random);
    this.kubelet = new Kubelet(scenario, ipamd, random);
  }

  /** Moves model time forward to the given time. A time in the past changes nothing. */
  void advanceTo(Duration sinceStart) {
    if (sinceStart.compareTo(now) > 0) {
      now = sinceStart;
    }
    for (; nextTick <= now.toSeconds(); nextTick++) {
      Duration at = Duration.ofSeconds(nextTick);
      ec2.advanceTo(at);
      crash(at);
      ipamd.tick(at);
      kubelet.tick(at);
    }
  }

  private void crash(Duration at) {
    for (NodeFault fault : List.of(NodeFault.FLAPPING, NodeFault.CRASH_LOOP)) {
      if (scenario.has(fault, at)) {
        long uptime = NodeFault.UPTIME.toSeconds();
        long cycle = uptime + (fault == NodeFault.CRASH_LOOP ? NodeFault.DOWNTIME.toSeconds() : 0);
        long phase = at.minus(scenario.since(fault)).toSeconds() % cycle;
        if (phase == 0) {
          ipamd.restart(at);
        } else if (phase == uptime) {
          ipamd.stop();
        }
      }
    }
  }

  Scenario scenario() {
    return scenario;
  }

  SimIpamd ipamd() {
    return ipamd;
  }

  /** Model time since the start. */
  Duration now() {
    return now;
  }

  Counters counters() {
    return counters;
  }

  NodeState state() {
    List<AttachedEni> enis = ipamd.allEnis();
    PoolCount pool = PoolCount.of(enis);
    return new NodeState(
        enis.size(),
        pool.total(),
        pool.assigned(),
        (int) enis.stream().flatMap(AttachedEni::addresses).filter(a -> a.cooling(now)).count(),
        scenario.prefixDelegation ? pool.cidrs() : 0,
        ec2.subnetFree(),
        kubelet.waitingPods(),
        counters.totals());
  }
}
