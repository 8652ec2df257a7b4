package io.cnimetrics.catalog;

import java.util.Locale;

/** How a metric behaves in time. */
public enum Kind {
  /** A state: of the polls of a minute the last good one counts. */
  GAUGE,
  /** A number of events: a minute has the increases of all its polls. */
  COUNTER;

  /** The name people and tools read. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
