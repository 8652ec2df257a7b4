package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The effects of a scenario's faults on ipamD, except those of EC2 and of pods. */
final class InjectedFaults {
  private static final Duration BEFORE_LOSS = Duration.ofMinutes(1);

  private final Scenario scenario;
  private final Counters counters;
  private int lostAddresses;

  InjectedFaults(Scenario scenario, Counters counters) {
    this.scenario = scenario;
    this.counters = counters;
  }

  /** ipamD's process has started. */
  void begin() {
    if (scenario.has(NodeFault.STUCK_ACTION)) {
      counters.increment("awscni_ipamd_action_inprogress", "fn", "increaseDatastorePool");
    }
  }

  /** ipamD compares its pool with EC2's state, and needs a slot for a trunk. */
  void reconcile(int enis) {
    if (scenario.has(NodeFault.NO_TRUNK_SLOT) && enis >= scenario.limit().enis()) {
      counters.increment("awscni_pod_eni_error_count", "fn", "tryEnableSecurityGroupsForPods");
    }
  }

  /**
   * The interface with pods that was detached, at most one per run: ipamD removes its addresses by
   * force.
   */
  Optional<AttachedEni> eniToLose(List<AttachedEni> enis, Duration now) {
    if (!scenario.has(NodeFault.FORCED_REMOVAL) || lostAddresses > 0) {
      return Optional.empty();
    }
    Optional<AttachedEni> lost =
        enis.stream()
            .filter(eni -> !eni.primary() && eni.assigned() > 0)
            .filter(eni -> now.minus(eni.attachedAt()).compareTo(BEFORE_LOSS) >= 0)
            .findFirst();
    lost.ifPresent(this::countLoss);
    return lost;
  }

  private void countLoss(AttachedEni eni) {
    counters.increment("awscni_force_removed_enis");
    counters.add(eni.assigned(), "awscni_force_removed_ips");
    lostAddresses = (int) eni.addresses().count();
  }

  /** Addresses on the lost interface. */
  int lostAddresses() {
    return lostAddresses;
  }

  /** Whether the subnet of the interface is tagged as not for pods. */
  boolean excludes(AttachedEni eni) {
    return scenario.has(NodeFault.EXCLUDED_ENI) && eni.deviceNumber() == 1;
  }
}
