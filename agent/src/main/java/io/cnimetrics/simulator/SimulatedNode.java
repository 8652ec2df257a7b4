package io.cnimetrics.simulator;

import io.cnimetrics.simulator.SimWarmPool.PoolCount;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * The model of a node. The model has no threads, sockets or clock. {@link #advanceTo} moves the
 * model time in ticks of one second. Not thread-safe.
 */
final class SimulatedNode {
  private static final long SECONDS_PER_ROUND = 5;

  private final Scenario scenario;
  private final Counters counters = new Counters();
  private final SimEc2 ec2;
  private final SimIpamd ipamd;
  private final Kubelet kubelet;
  private Duration now = Duration.ZERO;
  private long nextTick;

  SimulatedNode(Scenario scenario) {
    Random random = new Random(scenario.seed());
    this.scenario = scenario;
    this.ec2 = new SimEc2(scenario, counters, random);
    this.ipamd = new SimIpamd(scenario, counters, ec2);
    this.kubelet = new Kubelet(scenario, ipamd, random);
  }

  /** Moves model time forward to the given time. A time in the past changes nothing. */
  void advanceTo(Duration sinceStart) {
    if (sinceStart.compareTo(now) > 0) {
      now = sinceStart;
    }
    for (; nextTick <= now.toSeconds(); nextTick++) {
      Duration at = Duration.ofSeconds(nextTick);
      if (nextTick % SECONDS_PER_ROUND == 0) {
        ipamd.round(at);
      }
      kubelet.tick(at);
    }
  }

  /** Restarts ipamD. The counters start from 0. The pods keep running. */
  void restart() {
    ipamd.restart(now);
  }

  Scenario scenario() {
    return scenario;
  }

  /** Model time since the start. */
  Duration now() {
    return now;
  }

  List<AttachedEni> enis() {
    return ipamd.enis();
  }

  int lostAddresses() {
    return ipamd.lostAddresses();
  }

  Counters counters() {
    return counters;
  }

  NodeState state() {
    List<AttachedEni> enis = enis();
    PoolCount pool = PoolCount.of(enis);
    return new NodeState(
        enis.size(),
        pool.total(),
        pool.assigned(),
        (int) enis.stream().flatMap(AttachedEni::addresses).filter(a -> a.cooling(now)).count(),
        scenario.prefixDelegation() ? pool.cidrs() : 0,
        ec2.subnetFree(),
        kubelet.waitingPods(),
        counters.totals());
  }
}
