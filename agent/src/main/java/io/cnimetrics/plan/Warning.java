package io.cnimetrics.plan;

import java.math.BigDecimal;

/**
 * Something unwise in a plan.
 *
 * @param message what it is, and the way out
 * @param dollars that it costs a month; 0 if money is not the point
 */
public record Warning(String message, BigDecimal dollars) {
  /** One where money is not the point. */
  static Warning of(String message) {
    return new Warning(message, BigDecimal.ZERO);
  }
}
