package io.cnimetrics.catalog;

/** The statistic over all nodes that gives a metric's value for the cluster. */
public enum Statistic {
  SUM("Sum"),
  AVERAGE("Average"),
  MAXIMUM("Maximum"),
  /** Of what every node that looks sees alike: a Sum would count it once for each. */
  MINIMUM("Minimum");

  private final String label;

  Statistic(String label) {
    this.label = label;
  }

  /** CloudWatch's name of it. */
  public String label() {
    return label;
  }
}
