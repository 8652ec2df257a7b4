package io.cnimetrics.catalog;

/** The unit of a value. */
public enum Unit {
  COUNT("Count"),
  PERCENT("Percent"),
  MILLISECONDS("Milliseconds"),
  /** CloudWatch has no unit for minutes; they are sent as a count. */
  MINUTES("Count");

  private final String cloudWatchName;

  Unit(String cloudWatchName) {
    this.cloudWatchName = cloudWatchName;
  }

  /** The unit as sent to CloudWatch. */
  public String cloudWatchName() {
    return cloudWatchName;
  }
}
