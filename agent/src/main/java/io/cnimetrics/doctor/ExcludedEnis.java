package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Eni;
import java.util.List;
import java.util.Set;

/** Whether interfaces are kept from pods by their subnet. */
final class ExcludedEnis implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "excluded-enis",
              "`IsExcludedForPodIPs` of `/v1/enis`",
              "warn: pods still hold addresses of such an ENI; note: there is one",
              "If it should carry pods, remove the tag kubernetes.io/role/cni=0 from its subnet;"
                  + " if not, restart the pods that are still on it")
          .see(Pages.VPC_CNI);

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
    List<Eni> excluded = node.pool().enis().stream().filter(Eni::excluded).toList();
    if (excluded.isEmpty()) {
      return List.of(SPEC.ok("No ENI is in an excluded subnet", "0 of " + node.pool().eniCount()));
    }
    long held = excluded.stream().mapToLong(Eni::assignedIpv4).sum();
    long total = excluded.stream().mapToLong(Eni::totalIpv4).sum();
    String evidence =
        "%s with %s, pods hold %d"
            .formatted(EvidenceText.enis(excluded.size()), EvidenceText.addresses(total), held);
    String cause = "Its subnet is tagged kubernetes.io/role/cni=0";
    return List.of(
        held > 0
            ? SPEC.warn("Pods are on an ENI of an excluded subnet", evidence, cause)
            : SPEC.note("An ENI in an excluded subnet carries no pods", evidence, cause));
  }
}
