package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Statistic;

/** A CloudWatch statistic over the datums of a cluster's nodes, one per node and minute. */
enum ClusterStatistic {
  /** The cluster's total. */
  SUM("Sum", ""),
  /** The number of nodes that report. */
  NODES("SampleCount", "Nodes"),
  /** The number of nodes with a value above 0, as a trimmed count. */
  NODES_ABOVE_ZERO("TC(0.5:)", "NodesAboveZero"),
  /** The mean over the nodes. */
  AVERAGE("Average", "Average"),
  /** The 90th percentile of the nodes. */
  P90("p90", "P90"),
  /** The highest value of any node. */
  MAXIMUM("Maximum", "Maximum"),
  /** The lowest value that any node saw; for values that all nodes share. */
  MINIMUM("Minimum", "Minimum");

  private final String label;
  private final String suffix;

  ClusterStatistic(String label, String suffix) {
    this.label = label;
    this.suffix = suffix;
  }

  /** Its name in CloudWatch. */
  String label() {
    return label;
  }

  /** The suffix that makes identifiers of one metric unique. */
  String suffix() {
    return suffix;
  }

  /** Whether it is a percentile or a trimmed count; alarms have a separate field for these. */
  boolean extended() {
    return this == P90 || this == NODES_ABOVE_ZERO;
  }

  /** Whether it makes sense for a metric: durations and percentages have no total. */
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
