package io.cnimetrics.cloudwatchmodel;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The periods that a query covers.
 *
 * @param to exclusive, a whole number of periods after {@code from}
 * @param seenAt the time of the query; datums that arrive later are not included
 */
record Window(Instant from, Instant to, Duration period, Instant seenAt) {
  static Window of(Instant from, Instant to, Duration period) {
    return new Window(from, to, period, Instant.MAX);
  }

  List<Instant> starts() {
    return Stream.iterate(from, start -> start.isBefore(to), start -> start.plus(period)).toList();
  }
}
