package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.Optional;

/**
 * An address that pods can have; times are model time since the start.
 *
 * @param pod who holds it
 * @param assignedAt when it was last given to a pod
 * @param unassignedAt when it was last given back
 */
record Address(
    String ip, Optional<Pod> pod, Optional<Duration> assignedAt, Optional<Duration> unassignedAt) {
  /** {@code IP_COOLDOWN_PERIOD}: an address given back is not given out again for so long. */
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
