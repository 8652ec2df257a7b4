package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.Optional;

/**
 * A statistic of one metric over the nodes of a cluster. Only statistics that make sense for the
 * metric are accepted.
 *
 * @param subnetId the subnet of a subnet metric; empty for other metrics
 */
record ClusterSeries(Metric metric, ClusterStatistic statistic, Optional<String> subnetId) {
  static final String CLUSTER = "CLUSTER_ID";
  static final String SUBNET = MetricCatalog.SUBNET_DIMENSION;

  ClusterSeries {
    if (!statistic.fits(metric)) {
      throw new IllegalArgumentException("%s has no %s".formatted(metric.name(), statistic));
    }
  }

  static ClusterSeries of(ClusterStatistic statistic, Metric metric) {
    return new ClusterSeries(metric, statistic, Optional.empty());
  }

  /** The identifier for expressions. CloudWatch requires a small first letter. */
  String id() {
    return metric.name() + statistic.suffix;
  }
}
