package io.cnimetrics.simulator;

import java.util.Map;

/**
 * The true state of a simulated node. Tests compare this state with the values that readers of
 * ipamD get.
 *
 * @param enis the number of interfaces that ipamD uses
 * @param total addresses for pods on these interfaces
 * @param assigned addresses that pods hold
 * @param cooling addresses that pods released less than 30 s ago
 * @param prefixes IPv4 prefixes on these interfaces
 * @param subnetFree free addresses in the subnet
 * @param waitingPods pods without an address
 * @param counters for each counter of ipamD, the sum over all series since ipamD started. A counter
 *     without a series is absent.
 */
public record NodeState(
    int enis,
    int total,
    int assigned,
    int cooling,
    int prefixes,
    int subnetFree,
    int waitingPods,
    Map<String, Double> counters) {
  public NodeState {
    counters = Map.copyOf(counters);
  }

  /** Addresses that a pod could get now. */
  public int free() {
    return total - assigned - cooling;
  }

  /** The sum over all series of this counter; 0 if the counter has no series. */
  public double counter(String name) {
    return counters.getOrDefault(name, 0.0);
  }
}
