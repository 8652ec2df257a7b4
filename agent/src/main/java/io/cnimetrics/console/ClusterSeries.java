package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.Optional;

/**
 * A statistic of one metric over the nodes of a cluster. It can be made of a metric in the
 * catalogue only, and of a statistic that is true of it.
 *
 * @param subnetId for a metric of one subnet, which has that dimension too
 */
record ClusterSeries(String metric, ClusterStatistic statistic, Optional<String> subnetId) {
  static final String CLUSTER = "CLUSTER_ID";
  static final String SUBNET = MetricCatalog.SUBNET_DIMENSION;

  /** Published by agents that are told to look at subnets, under {@code CLUSTER_ID, SubnetId}. */
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

  /** The free addresses of one subnet: every agent that looks sees all of them. */
  static ClusterSeries freeAddresses(String subnetId) {
    return new ClusterSeries(SUBNET_FREE, ClusterStatistic.MINIMUM, Optional.of(subnetId));
  }

  /** Names it in an expression; begins with a small letter, as CloudWatch asks. */
  String id() {
    return metric + statistic.suffix();
  }
}
