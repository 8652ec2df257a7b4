package io.cnimetrics.catalog;

/** The statistic over all nodes that gives a metric's value for the cluster. */
public enum Statistic {
  SUM("Sum"),
  AVERAGE("Average"),
  MAXIMUM("Maximum"),
  /** For a value that each node reports alike: a Sum would count it once per node. */
  MINIMUM("Minimum");

  private final String label;

  Statistic(String label) {
    this.label = label;
  }

  /** CloudWatch's name of the statistic. */
  public String label() {
    return label;
  }
}
