package io.cnimetrics.plan;

/**
 * A set of dimensions and its metrics. CloudWatch bills each metric name under each combination of
 * values as a metric.
 *
 * @param dimensions the names, for display
 * @param of what one combination of values stands for
 * @param combinations how many there are
 * @param names of metrics published under each
 */
public record BilledSet(String dimensions, Of of, int combinations, int names) {
  /** What one combination of values stands for. */
  public enum Of {
    CLUSTER,
    /** Nodes of one type or zone, or a subnet. */
    PART,
    NODE
  }

  /** The number of billed metrics. */
  public long metrics() {
    return (long) combinations * names;
  }
}
