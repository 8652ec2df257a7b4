package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether custom networking keeps pods off the node's own subnet. */
final class PrimaryInUse implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "custom-networking",
              "`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`, and pods on the primary ENI",
              "warn: pods hold addresses of the primary ENI though custom networking is on",
              "Replace the node, or restart those pods: they keep the old subnet until they end")
          .see(Pages.CUSTOM_NETWORKING);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL, Requirement.IPV4);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<IpamdSettings> settings = node.snapshot().settings();
    if (settings.isEmpty()) {
      return List.of(SPEC.notChecked("ipamD does not report its settings"));
    } else if (!settings.get().customNetworking()) {
      return List.of(SPEC.ok("Custom networking is off", "by ipamD's settings"));
    }
    long held = node.pool().enis().stream().filter(Eni::primary).mapToLong(Eni::assignedIpv4).sum();
    String evidence = "%d addresses of the primary are held".formatted(held);
    return List.of(
        held > 0
            ? SPEC.warn(
                "Pods are on the primary in spite of custom networking",
                evidence,
                "They started before it was switched on")
            : SPEC.ok("Custom networking keeps pods off the primary", evidence));
  }
}
