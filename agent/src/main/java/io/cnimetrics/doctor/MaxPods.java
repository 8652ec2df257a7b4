package io.cnimetrics.doctor;

import java.util.List;
import java.util.Set;

/** Whether the scheduler may send more pods than there can be addresses for. */
final class MaxPods implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "max-pods",
              "`--max-pods` less `--host-network-pods`, against what the node can reach",
              "warn: the kubelet takes more pods than can have an address",
              "Lower the kubelet's max-pods in the node group's launch template")
          .see(Pages.INSTANCE_TYPES);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.IPV4, Requirement.MAXIMUM);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    if (node.agentSettings().maxPods().isEmpty()) {
      return List.of(SPEC.notChecked("the kubelet's max-pods is not given: --max-pods"));
    }
    int maxPods = node.agentSettings().maxPods().getAsInt();
    int others = node.agentSettings().hostNetworkPods();
    long reachable = node.maximum().orElseThrow().addresses();
    String evidence =
        "max pods %d, %d of them on the host's network; %s"
            .formatted(maxPods, others, node.maximum().orElseThrow().explanation());
    return List.of(
        reachable < maxPods - others
            ? SPEC.warn(
                    "max-pods is above what the node can reach",
                    evidence,
                    "Pods will be sent here that can never get an address")
                .remedied(
                    "Set the kubelet's max-pods to %d in the node group's launch template"
                        .formatted(reachable + others))
            : SPEC.ok("max-pods fits the node", evidence));
  }
}
