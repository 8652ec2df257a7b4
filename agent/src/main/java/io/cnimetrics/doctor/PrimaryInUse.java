package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether custom networking keeps pods off the node's own subnet. */
final class PrimaryInUse implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "custom-networking",
              "`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`, and pods on the primary ENI",
              "warn: pods hold addresses of the primary ENI though custom networking is on",
              "Replace the node, or restart those pods: they keep the old subnet until they end")
          .see(Pages.CUSTOM_NETWORKING);

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.POOL, Need.IPV4);
  }

  @Override
  public List<Finding> look(Examination seen) {
    Optional<IpamdSettings> settings = seen.snapshot().settings();
    if (settings.isEmpty()) {
      return List.of(TOPIC.notChecked("ipamD does not tell its settings"));
    } else if (!settings.get().customNetworking()) {
      return List.of(TOPIC.ok("Custom networking is off", "by ipamD's settings"));
    }
    long held = seen.pool().enis().stream().filter(Eni::primary).mapToLong(Eni::assignedIpv4).sum();
    String evidence = "%d addresses of the primary are held".formatted(held);
    return List.of(
        held > 0
            ? TOPIC.warn(
                "Pods are on the primary in spite of custom networking",
                evidence,
                "They started before it was switched on")
            : TOPIC.ok("Custom networking keeps pods off the primary", evidence));
  }
}
