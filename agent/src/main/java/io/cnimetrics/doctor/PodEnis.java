package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/** Whether pods with security groups of their own can get an interface. */
final class PodEnis implements Check {
  private static final Series ERRORS = MetricCatalog.POD_ENI_ERR.onlySeries();
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "pod-enis",
              "`awscni_pod_eni_error_count`, and whether a trunk is attached",
              "warn: over 0 since ipamD started; it shows whether a slot is left for a trunk",
              "See kubectl describe cninode <this node> and the log of aws-node; the instance type"
                  + " must support trunks")
          .see(Pages.POD_SECURITY_GROUPS);

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
    String evidence = node.counted(ERRORS);
    if (node.total(ERRORS) == 0) {
      return List.of(SPEC.ok("No error with ENIs of pods", evidence));
    }
    return List.of(
        node.snapshot().pool().filter(pool -> hasNoSlot(node, pool)).isPresent()
            ? SPEC.warn(
                    "A trunk is wanted, and no slot is left for it",
                    "%s; %d ENIs of %.0f, none a trunk"
                        .formatted(evidence, node.pool().eniCount(), eniMax(node)),
                    "ENABLE_POD_ENI came when all slots were taken by ENIs with pods")
                .remedied("Drain and replace the node: new ones keep a slot for the trunk")
            : SPEC.warn(
                "ENIs of single pods fail",
                evidence,
                "The node's CNINode object could not be read or changed, or the trunk could not be"
                    + " attached"));
  }

  private static boolean hasNoSlot(NodeEvidence node, AddressPool pool) {
    return pool.enis().stream().noneMatch(Eni::trunk) && pool.eniCount() >= eniMax(node);
  }

  private static double eniMax(NodeEvidence node) {
    return node.gauge(MetricCatalog.ENI_MAX_AVAILABLE.onlySeries()).orElse(Double.MAX_VALUE);
  }
}
