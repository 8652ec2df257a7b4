package io.cnimetrics.catalog;

/** How the values of the polls in one minute become the minute's value. */
public enum MinuteAggregation {
  /** A state: the last poll with a value counts. */
  LAST,
  /** Events: the increases of all polls add up. */
  SUM,
  /** The greatest value of all polls counts. */
  GREATEST,
  /** A mean of events: each poll counts by the number of its events. */
  MEAN;

  /**
   * Combines two values of one minute.
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
