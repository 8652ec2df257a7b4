package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.Optional;

/**
 * A statistic of one metric over the nodes of a cluster. Only metrics in the catalogue are
 * accepted, and only statistics that make sense for them.
 *
 * @param subnetId the additional dimension of a metric of one subnet
 */
record ClusterSeries(String metric, ClusterStatistic statistic, Optional<String> subnetId) {
  static final String CLUSTER = "CLUSTER_ID";
  static final String SUBNET = MetricCatalog.SUBNET_DIMENSION;

  /** Agents with {@code --subnets} publish this, under {@code CLUSTER_ID, SubnetId}. */
  static final String SUBNET_FREE = MetricCatalog.SUBNET_FREE.name();

  static ClusterSeries of(ClusterStatistic statistic, String name) {
    Metric metric =
        MetricCatalog.named(name)
            .orElseThrow(() -> new IllegalArgumentException("no metric %s".formatted(name)));
    if (!statistic.fits(metric)) {
      throw new IllegalArgumentException("%s has no %s".formatted(name, statistic));
    }
    return new ClusterSeries(name, statistic, Optional.empty());
  }

  static ClusterSeries sum(String metric) {
    return of(ClusterStatistic.SUM, metric);
  }

  static ClusterSeries maximum(String metric) {
    return of(ClusterStatistic.MAXIMUM, metric);
  }

  /** The free addresses of one subnet: every agent that asks sees the same number. */
  static ClusterSeries freeAddresses(String subnetId) {
    return new ClusterSeries(SUBNET_FREE, ClusterStatistic.MINIMUM, Optional.of(subnetId));
  }

  /** Its name in an expression. It starts with a small letter, as CloudWatch requires. */
  String id() {
    return metric + statistic.suffix();
  }
}
