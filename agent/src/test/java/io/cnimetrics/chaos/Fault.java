package io.cnimetrics.chaos;

import java.time.Duration;

/**
 * One fault of the schedule.
 *
 * @param from since the chaos began
 * @param to when it is over; the same for what takes no time
 */
record Fault(String node, Edge edge, Kind kind, Duration from, Duration to) {
  String name() {
    return edge + " " + kind;
  }
}
