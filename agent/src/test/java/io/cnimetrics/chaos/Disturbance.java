package io.cnimetrics.chaos;

import java.time.Duration;
import java.time.Instant;

/** A fault as it happened. */
record Disturbance(Edge edge, Kind kind, Instant from, Instant to) {
  /** Whether it overlaps a span of time. */
  boolean overlaps(Instant start, Instant end) {
    return !from.isAfter(end) && !to.isBefore(start);
  }

  /** The same with an effect before and after it. */
  Disturbance widened(Duration before, Duration after) {
    return new Disturbance(edge, kind, from.minus(before), to.plus(after));
  }
}
