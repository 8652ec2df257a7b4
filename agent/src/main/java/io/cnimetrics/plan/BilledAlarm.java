package io.cnimetrics.plan;

import java.math.BigDecimal;

/**
 * One alarm, or several identical ones.
 *
 * @param alarms how many identical ones
 * @param metrics that each of them looks at and is billed by; 0 for a composite alarm, which looks
 *     at other alarms and has a price of its own
 */
public record BilledAlarm(String title, int alarms, int metrics) {
  static final int COMPOSITE = 0;

  /** A composite alarm. */
  public static BilledAlarm composite(String title) {
    return new BilledAlarm(title, 1, COMPOSITE);
  }

  boolean isComposite() {
    return metrics == COMPOSITE;
  }

  BigDecimal dollars(Prices prices) {
    return isComposite() ? Prices.cents(prices.compositeAlarm()) : prices.ofAlarm(alarms * metrics);
  }
}
