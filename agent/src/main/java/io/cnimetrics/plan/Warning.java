package io.cnimetrics.plan;

import java.math.BigDecimal;

/**
 * A warning about a plan.
 *
 * @param message the problem and its remedy
 * @param dollars the cost a month; 0 if the warning is not about cost
 */
public record Warning(String message, BigDecimal dollars) {
  /** A warning that is not about cost. */
  static Warning of(String message) {
    return new Warning(message, BigDecimal.ZERO);
  }
}
