package io.cnimetrics.simulator;

import java.util.Map;

/**
 * The true state of a simulated node, to compare with what was read from it.
 *
 * @param enis interfaces that ipamD has
 * @param total addresses on them for pods
 * @param assigned addresses that pods hold
 * @param cooling addresses released less than 30 s ago
 * @param prefixes IPv4 prefixes on the interfaces
 * @param subnetFree addresses left in the subnet
 * @param waitingPods pods without an address
 * @param counters for each name of a Prometheus counter, the sum over its series since ipamD
 *     started; names without a series are absent
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

  /** The sum over all series of that name; 0 if there is none. */
  public double counter(String name) {
    return counters.getOrDefault(name, 0.0);
  }
}
