package io.cnimetrics.catalog;

/** The statistic over all nodes that gives a metric's value for the cluster. */
public enum Statistic {
  SUM("Sum"),
  AVERAGE("Average"),
  MAXIMUM("Maximum");

  private final String label;

  Statistic(String label) {
    this.label = label;
  }

  /** CloudWatch's name of it. */
  public String label() {
    return label;
  }
}
