package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/** Whether pods with security groups of their own can get an interface. */
final class PodEnis implements Check {
  private static final Series ERRORS = MetricCatalog.series("podENIErr");
  private static final Topic TOPIC =
      Topic.of(
              "pod-enis",
              "`awscni_pod_eni_error_count`, and whether a trunk is attached",
              "warn: over 0 since ipamD started; it tells if no slot is left for a trunk",
              "See kubectl describe cninode <this node> and the log of aws-node; the instance type"
                  + " must support trunks")
          .see(Pages.POD_SECURITY_GROUPS);

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
    String evidence = seen.counted(ERRORS);
    if (seen.total(ERRORS) == 0) {
      return List.of(TOPIC.ok("No error with ENIs of pods", evidence));
    }
    return List.of(
        seen.snapshot().pool().filter(pool -> hasNoSlot(seen, pool)).isPresent()
            ? TOPIC
                .warn(
                    "A trunk is wanted, and no slot is left for it",
                    "%s; %d ENIs of %.0f, none a trunk"
                        .formatted(evidence, seen.pool().eniCount(), eniMax(seen)),
                    "ENABLE_POD_ENI came when all slots were taken by ENIs with pods")
                .remedied("Drain and replace the node: new ones keep a slot for the trunk")
            : TOPIC.warn(
                "ENIs of single pods fail",
                evidence,
                "The node's CNINode object could not be read or changed, or the trunk could not be"
                    + " attached"));
  }

  private static boolean hasNoSlot(Examination seen, AddressPool pool) {
    return pool.enis().stream().noneMatch(Eni::trunk) && pool.eniCount() >= eniMax(seen);
  }

  private static double eniMax(Examination seen) {
    return seen.gauge(MetricCatalog.series("eniMaxAvailable")).orElse(Double.MAX_VALUE);
  }
}
