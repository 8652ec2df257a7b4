package io.cnimetrics.chaos;

import java.time.Duration;

/**
 * A fault of the schedule.
 *
 * @param from time since the start of the run
 * @param to its end; the same time if it has no duration
 */
record Fault(String node, Edge edge, Kind kind, Duration from, Duration to) {
  String name() {
    return edge + " " + kind;
  }
}
