package io.cnimetrics.catalog;

/** How the polls of one minute make the minute's value. */
public enum MinuteAggregation {
  /** A state: the last poll that knows it counts. */
  LAST,
  /** Events: the increases of all polls add up. */
  SUM,
  /** One poll that says so is enough. */
  GREATEST,
  /** A mean of events: each poll counts by the number of its events. */
  MEAN;

  /**
   * Puts two values of one minute together.
   *
   * @param weight of the earlier one, above 0
   * @param laterWeight of the later one, above 0
   */
  public double combine(double value, double weight, double later, double laterWeight) {
    return switch (this) {
      case LAST -> later;
      case SUM -> value + later;
      case GREATEST -> Math.max(value, later);
      case MEAN -> (value * weight + later * laterWeight) / (weight + laterWeight);
    };
  }
}
