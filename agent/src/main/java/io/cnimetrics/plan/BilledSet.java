package io.cnimetrics.plan;

/**
 * A set of dimensions and what is published under it: CloudWatch bills each name under each
 * combination of values as a metric.
 *
 * @param dimensions the names, as people read them
 * @param of what one combination of values stands for
 * @param combinations how many there are
 * @param names of metrics published under each
 */
public record BilledSet(String dimensions, Of of, int combinations, int names) {
  /** What one combination of a set's values stands for. */
  public enum Of {
    CLUSTER,
    /** Nodes of a kind, or a subnet. */
    PART,
    NODE
  }

  /** The metrics that are billed. */
  public long metrics() {
    return (long) combinations * names;
  }
}
