package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Eni;
import java.util.List;
import java.util.Set;

/** Whether interfaces are kept from pods by their subnet. */
final class ExcludedEnis implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "excluded-enis",
              "`IsExcludedForPodIPs` of `/v1/enis`",
              "warn: pods still hold addresses of such an ENI; note: there is one",
              "If it should carry pods, remove the tag kubernetes.io/role/cni=0 from its subnet;"
                  + " if not, restart the pods that are still on it")
          .see(Pages.VPC_CNI);

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
    List<Eni> excluded = seen.pool().enis().stream().filter(Eni::excluded).toList();
    if (excluded.isEmpty()) {
      return List.of(TOPIC.ok("No ENI is in an excluded subnet", "0 of " + seen.pool().eniCount()));
    }
    long held = excluded.stream().mapToLong(Eni::assignedIpv4).sum();
    long total = excluded.stream().mapToLong(Eni::totalIpv4).sum();
    String evidence =
        "%s with %s, pods hold %d"
            .formatted(Seen.enis(excluded.size()), Seen.addresses(total), held);
    String cause = "Its subnet is tagged kubernetes.io/role/cni=0";
    return List.of(
        held > 0
            ? TOPIC.warn("Pods are on an ENI of an excluded subnet", evidence, cause)
            : TOPIC.note("An ENI in an excluded subnet carries no pods", evidence, cause));
  }
}
