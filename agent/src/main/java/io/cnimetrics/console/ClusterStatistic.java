package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Statistic;

/** What CloudWatch makes of the datums of a cluster's nodes, one a node and minute. */
enum ClusterStatistic {
  /** The cluster's total. */
  SUM("Sum", "", true),
  /** The nodes that report. */
  NODES("SampleCount", "Nodes", true),
  /** The nodes with a value above 0: a trimmed count, whose bounds are values. */
  NODES_ABOVE_ZERO("TC(0.5:)", "NodesAboveZero", true),
  /** The mean node. */
  AVERAGE("Average", "Average", false),
  /** The ninth of ten nodes. */
  P90("p90", "P90", false),
  /** The worst node. */
  MAXIMUM("Maximum", "Maximum", false),
  /** The lowest that any node saw of what all see alike. */
  MINIMUM("Minimum", "Minimum", false);

  private final String label;
  private final String suffix;
  private final boolean growsWithPeriod;

  ClusterStatistic(String label, String suffix, boolean growsWithPeriod) {
    this.label = label;
    this.suffix = suffix;
    this.growsWithPeriod = growsWithPeriod;
  }

  /** CloudWatch's name of it. */
  String label() {
    return label;
  }

  /** Tells it from the others of one metric in an identifier. */
  String suffix() {
    return suffix;
  }

  /** Whether a longer period gives a larger number, though nothing has changed. */
  boolean growsWithPeriod() {
    return growsWithPeriod;
  }

  /** Whether it is one of percentiles and trimmed counts, which alarms name in another field. */
  boolean extended() {
    return this == P90 || this == NODES_ABOVE_ZERO;
  }

  /** Whether it says something true of a metric: durations and shares have no total. */
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
