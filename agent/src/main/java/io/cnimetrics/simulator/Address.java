package io.cnimetrics.simulator;

import io.cnimetrics.simulator.Kubelet.Pod;
import java.time.Duration;
import java.util.Optional;

/**
 * An address for pods. All times are model time since the start of the simulation.
 *
 * @param pod the pod that holds the address
 * @param assignedAt when the address was last assigned to a pod
 * @param unassignedAt when a pod last released the address
 */
record Address(
    String ip, Optional<Pod> pod, Optional<Duration> assignedAt, Optional<Duration> unassignedAt) {
  /** The time for which ipamD does not reuse a released address ({@code IP_COOLDOWN_PERIOD}). */
  static final Duration COOLDOWN = Duration.ofSeconds(30);

  static Address unused(String ip) {
    return new Address(ip, Optional.empty(), Optional.empty(), Optional.empty());
  }

  Address assignedTo(Pod pod, Duration now) {
    return new Address(ip, Optional.of(pod), Optional.of(now), unassignedAt);
  }

  Address unassigned(Duration now) {
    return new Address(ip, Optional.empty(), assignedAt, Optional.of(now));
  }

  boolean assigned() {
    return pod.isPresent();
  }

  boolean used() {
    return assignedAt.isPresent();
  }

  boolean cooling(Duration now) {
    return !assigned()
        && unassignedAt.filter(at -> now.minus(at).compareTo(COOLDOWN) < 0).isPresent();
  }

  boolean free(Duration now) {
    return !assigned() && !cooling(now);
  }
}
