package io.cnimetrics.catalog;

/** What a value counts. */
public enum Unit {
  COUNT("Count"),
  PERCENT("Percent"),
  MILLISECONDS("Milliseconds"),
  /** CloudWatch has no unit of minutes and takes them as a count. */
  MINUTES("Count");

  private final String cloudWatchName;

  Unit(String cloudWatchName) {
    this.cloudWatchName = cloudWatchName;
  }

  /** The unit that CloudWatch is told. */
  public String cloudWatchName() {
    return cloudWatchName;
  }
}
