package io.cnimetrics.publish;

import java.time.Instant;
import java.util.List;

/** Receives the alerts of closed minutes. */
@FunctionalInterface
public interface AlertListener {
  /** Called on the thread that closes the minute. */
  void closed(AlertChanges changes);

  /** The part of a metric's value in a minute that comes from harmless errors. */
  default double harmless(Instant minute, String metric) {
    return 0;
  }

  /**
   * A closed minute, and the alerts that it raised or cleared.
   *
   * @param values all values of the minute
   * @param raised the values of metrics that are in alert and were not in alert before
   * @param cleared the values of metrics that are no longer in alert
   */
  record AlertChanges(
      Instant minute,
      List<MinuteValue> values,
      List<MinuteValue> raised,
      List<MinuteValue> cleared) {}
}
