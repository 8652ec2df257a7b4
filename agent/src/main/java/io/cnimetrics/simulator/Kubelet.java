package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Simulates the kubelet, which admits pods up to max pods and requests their addresses. */
final class Kubelet {
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final Scenario scenario;
  private final SimIpamd ipamd;
  private final Random random;
  private final int maxPods;
  private final Deque<Pod> admitted = new ArrayDeque<>();
  // Pods without an address, each with the time of its next request.
  private final Map<Pod, Duration> waiting = new LinkedHashMap<>();

  Kubelet(Scenario scenario, SimIpamd ipamd, Random random) {
    this.scenario = scenario;
    this.ipamd = ipamd;
    this.random = random;
    this.maxPods = scenario.maxPods();
  }

  int waitingPods() {
    return waiting.size();
  }

  void tick(Duration now) {
    int target = Math.min(scenario.pods.wantedAt(now), maxPods);
    if (scenario.has(NodeFault.CHURN, now)) {
      endOldest(now);
    }
    while (admitted.size() < target) {
      Pod pod = Pod.random(random, admitted.size() >= scenario.plainPods);
      admitted.addLast(pod);
      waiting.put(pod, now);
    }
    while (admitted.size() > target) {
      remove(scenario.oldestEndFirst ? admitted.removeFirst() : admitted.removeLast(), now);
    }
    waiting.entrySet().removeIf(entry -> started(entry, now));
  }

  /** Ends a share of the pods each second, the oldest first. No pod lives longer than 20 s. */
  private void endOldest(Duration now) {
    int ending = (admitted.size() + NodeFault.POD_LIFE_SECONDS - 1) / NodeFault.POD_LIFE_SECONDS;
    for (int i = 0; i < ending; i++) {
      remove(admitted.removeFirst(), now);
    }
  }

  private void remove(Pod pod, Duration now) {
    boolean hadAddress = waiting.remove(pod) == null;
    if (hadAddress && !scenario.has(NodeFault.LEAKS)) {
      ipamd.unassign(pod, now);
    }
  }

  private boolean started(Map.Entry<Pod, Duration> attempt, Duration now) {
    if (now.compareTo(attempt.getValue()) < 0) {
      return false;
    }
    if (ipamd.assign(attempt.getKey(), now)) {
      return true;
    }
    // The kubelet's pod worker waits 10 to 15 s before the next attempt.
    attempt.setValue(now.plus(RETRY).plusSeconds(random.nextInt(6)));
    return false;
  }

  /**
   * A pod that needs an address.
   *
   * @param containerId 64 hexadecimal digits
   * @param onEachCard whether the pod needs one address from each network card
   */
  record Pod(String namespace, String name, String containerId, boolean onEachCard) {
    static Pod random(Random random, boolean onEachCard) {
      String id = hex(random) + hex(random) + hex(random) + hex(random);
      return new Pod("shop", "web-6c9f7d8b9c-" + id.substring(0, 5), id, onEachCard);
    }

    private static String hex(Random random) {
      return "%016x".formatted(random.nextLong());
    }
  }
}
