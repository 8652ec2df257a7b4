package io.cnimetrics.doctor;

import java.util.List;
import java.util.Set;

/** Whether the scheduler may send more pods than there can be addresses for. */
final class MaxPods implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "max-pods",
              "`--max-pods` less `--host-network-pods`, against what the node can reach",
              "warn: the kubelet takes more pods than can have an address",
              "Lower the kubelet's max-pods in the node group's launch template")
          .see(Pages.INSTANCE_TYPES);

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.IPV4, Need.MAXIMUM);
  }

  @Override
  public List<Finding> look(Examination seen) {
    if (seen.given().maxPods().isEmpty()) {
      return List.of(TOPIC.notChecked("the kubelet's max-pods is not given: --max-pods"));
    }
    int maxPods = seen.given().maxPods().getAsInt();
    int others = seen.given().hostNetworkPods();
    long reachable = seen.maximum().orElseThrow().addresses();
    String evidence =
        "max pods %d, %d of them on the host's network; %s"
            .formatted(maxPods, others, seen.maximum().orElseThrow().explanation());
    return List.of(
        reachable < maxPods - others
            ? TOPIC
                .warn(
                    "max-pods is above what the node can reach",
                    evidence,
                    "Pods will be sent here that can never get an address")
                .remedied(
                    "Set the kubelet's max-pods to %d in the node group's launch template"
                        .formatted(reachable + others))
            : TOPIC.ok("max-pods fits the node", evidence));
  }
}
