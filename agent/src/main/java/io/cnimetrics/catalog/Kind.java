package io.cnimetrics.catalog;

import java.util.Locale;

/** How a metric behaves over time. */
public enum Kind {
  /** A state: the last good poll of a minute counts. */
  GAUGE,
  /** A number of events: a minute's value is the sum of the increases of its polls. */
  COUNTER;

  /** The name shown to people and tools. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
