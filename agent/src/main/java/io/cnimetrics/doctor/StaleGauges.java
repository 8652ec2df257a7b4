package io.cnimetrics.doctor;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdMetrics;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether ipamD's gauges say what its introspection says. */
final class StaleGauges implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
          "stale-gauges",
          "`awscni_eni_allocated` and `awscni_total_ip_addresses`, against `/v1/enis`",
          "note: they differ at every poll; introspection is right, and is what the agent reports",
          "Nothing here; dashboards on ipamD's own gauges are wrong for this node");

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL, Requirement.METRICS, Requirement.IPV4);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    IpamdMetrics metrics = node.metrics();
    AddressPool pool = node.pool();
    String evidence =
        "gauges: %.0f ENIs, %.0f addresses; introspection: %d, %d"
            .formatted(
                metrics.gauge(MetricCatalog.ENI_ALLOCATED.onlySeries()).orElse(0),
                metrics.gauge(MetricCatalog.TOTAL_IP_ADDRESSES.onlySeries()).orElse(0),
                pool.eniCount(),
                pool.totalIpv4());
    boolean differ = node.polls().stream().allMatch(StaleGauges::differ);
    return List.of(
        differ
            ? SPEC.note("ipamD's gauges contradict its introspection", evidence, cause(pool))
            : SPEC.ok("ipamD's gauges agree with its introspection", evidence));
  }

  private static String cause(AddressPool pool) {
    return pool.enis().stream().mapToInt(Eni::networkCard).distinct().count() > 1
        ? "With several network cards the gauges show the one that changed last"
        : "The gauges keep their values after a forced removal or a dropped address";
  }

  private static boolean differ(Poll poll) {
    Optional<IpamdMetrics> metrics = poll.snapshot().metrics();
    Optional<AddressPool> pool = poll.snapshot().pool();
    return metrics.isPresent()
        && pool.isPresent()
        && (differ(metrics.get(), MetricCatalog.ENI_ALLOCATED, pool.get().eniCount())
            || differ(metrics.get(), MetricCatalog.TOTAL_IP_ADDRESSES, pool.get().totalIpv4()));
  }

  private static boolean differ(IpamdMetrics metrics, Metric metric, long listed) {
    return metrics.gauge(metric.onlySeries()).orElse((double) listed) != listed;
  }
}
