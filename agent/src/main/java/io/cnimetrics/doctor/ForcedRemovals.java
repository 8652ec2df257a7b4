package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import java.util.List;
import java.util.Set;

/** Whether pods lost addresses that they held. */
final class ForcedRemovals implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
          "forced-removals",
          "`awscni_force_removed_enis`, `awscni_force_removed_ips`",
          "warn: over 0 since ipamD started",
          "Restart the pods that lost their network, and see in CloudTrail who detached the ENI or"
              + " unassigned the addresses");

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
    double enis = node.total(MetricCatalog.FORCE_REMOVE_ENI);
    double addresses = node.total(MetricCatalog.FORCE_REMOVE_IPS);
    String evidence = "%.0f ENIs and %.0f addresses since ipamD started".formatted(enis, addresses);
    return List.of(
        enis + addresses > 0
            ? SPEC.warn(
                "Pods lost addresses that they held",
                evidence,
                "An ENI was detached, or addresses were taken from it, outside of ipamD")
            : SPEC.ok("No pod lost its address", evidence));
  }
}
