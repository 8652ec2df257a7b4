package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/** Whether pods asked for an address and got none. */
final class RefusedPods implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "refused-pods",
              "`awscni_no_available_ip_addresses`",
              "fail: it rises while watched; warn: over 0 since ipamD started",
              "Which pods: kubectl get pods -A --field-selector spec.nodeName=<this node>; why: the"
                  + " findings on subnet, EC2, cooldown and max-pods")
          .see(Pages.ADDRESS_USE);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.METRICS);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Series refusals = MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries();
    if (node.gauge(refusals).isEmpty()) {
      return List.of(SPEC.notChecked("reported by VPC CNI 1.15.1 and later"));
    }
    String evidence = node.counted(refusals);
    String cause = "The pool was empty when they asked; the kubelet tries again every 10 to 15 s";
    if (node.total(refusals) == 0) {
      return List.of(SPEC.ok("No pod was refused an address", evidence));
    }
    return List.of(
        node.rise(refusals) > 0
            ? SPEC.fail("Pods are refused an address", evidence, cause)
            : SPEC.warn("Pods were refused an address", evidence, cause));
  }
}
