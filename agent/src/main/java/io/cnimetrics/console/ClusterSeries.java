package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Statistic;
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

  /** A CloudWatch statistic over the nodes of a cluster. A node has one datum for each minute. */
  enum ClusterStatistic {
    /** The cluster's total. */
    SUM("Sum", ""),
    /** The number of nodes that report. */
    NODES("SampleCount", "Nodes"),
    /** The number of nodes with a value above 0. This is CloudWatch's statistic "trimmed count". */
    NODES_ABOVE_ZERO("TC(0.5:)", "NodesAboveZero"),
    /** The mean over the nodes. */
    AVERAGE("Average", "Average"),
    /** The 90th percentile of the nodes. */
    P90("p90", "P90"),
    /** The highest value of all nodes. */
    MAXIMUM("Maximum", "Maximum"),
    /** The lowest value of all nodes. All nodes report the same value, so the sum is wrong. */
    MINIMUM("Minimum", "Minimum");

    /** The name of the statistic in CloudWatch. */
    final String label;

    /** The suffix that makes identifiers of one metric unique. */
    final String suffix;

    ClusterStatistic(String label, String suffix) {
      this.label = label;
      this.suffix = suffix;
    }

    /** Whether an alarm names the statistic in the field {@code ExtendedStatistic}. */
    boolean extended() {
      return this == P90 || this == NODES_ABOVE_ZERO;
    }

    boolean countsNodes() {
      return this == NODES || this == NODES_ABOVE_ZERO;
    }

    /** Whether the statistic makes sense for a metric. A percentage has no total, for example. */
    boolean fits(Metric metric) {
      boolean adds = metric.statistic() == Statistic.SUM;
      return switch (this) {
        case SUM -> adds;
        case NODES -> true;
        case NODES_ABOVE_ZERO, AVERAGE, P90, MAXIMUM -> !adds;
        case MINIMUM -> metric.statistic() == Statistic.MINIMUM;
      };
    }
  }
}
