package io.cnimetrics.chaos;

import java.time.Duration;
import java.time.Instant;

/** A fault that occurred. */
record Disturbance(Edge edge, Kind kind, Instant from, Instant to) {
  /** Whether the fault overlaps this time. */
  boolean overlaps(Instant start, Instant end) {
    return !from.isAfter(end) && !to.isBefore(start);
  }

  /** Returns a copy with an earlier start and a later end. */
  Disturbance widened(Duration before, Duration after) {
    return new Disturbance(edge, kind, from.minus(before), to.plus(after));
  }
}
