package io.cnimetrics.chaos;

import java.time.Duration;

/**
 * A scheduled fault.
 *
 * @param from the start of the fault, counted from the start of the run
 * @param to the end of the fault; equal to {@code from} if the fault has no duration
 */
record Fault(String node, Edge edge, Kind kind, Duration from, Duration to) {
  String name() {
    return edge + " " + kind;
  }
}
