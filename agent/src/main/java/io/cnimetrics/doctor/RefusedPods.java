package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/** Whether pods asked for an address and got none. */
final class RefusedPods implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "refused-pods",
              "`awscni_no_available_ip_addresses`",
              "fail: it rises while watched; warn: over 0 since ipamD started",
              "Which pods: kubectl get pods -A --field-selector spec.nodeName=<this node>; why: the"
                  + " findings on subnet, EC2, cooldown and max-pods")
          .see(Pages.ADDRESS_USE);

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.METRICS);
  }

  @Override
  public List<Finding> look(Examination seen) {
    Series refusals = MetricCatalog.series("noAvailableIPAddrs");
    if (seen.gauge(refusals).isEmpty()) {
      return List.of(TOPIC.notChecked("told by VPC CNI 1.15.1 and later"));
    }
    String evidence = seen.counted(refusals);
    String cause = "The pool was empty when they asked; the kubelet tries again every 10 to 15 s";
    if (seen.total(refusals) == 0) {
      return List.of(TOPIC.ok("No pod was refused an address", evidence));
    }
    return List.of(
        seen.rise(refusals) > 0
            ? TOPIC.fail("Pods are refused an address", evidence, cause)
            : TOPIC.warn("Pods were refused an address", evidence, cause));
  }
}
