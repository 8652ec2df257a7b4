package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A closed minute that its receiver has not accepted yet, or a part of such a minute.
 *
 * @param id the number of this entry in the buffer. A later entry has a higher number
 * @param minute the start of the minute
 * @param times the times of the values; empty for {@link Receiver#CLOUDWATCH}
 * @param values the values that are not sent yet
 */
record PendingMinute(
    long id,
    Instant minute,
    Destination destination,
    Optional<Times> times,
    List<MinuteValue> values) {
  /** CloudWatch accepts OTLP points up to 10 minutes in the future. The agent's limit is lower. */
  private static final Duration MOST_AHEAD = Duration.ofMinutes(9);

  /**
   * The times of the values of one minute.
   *
   * @param at when the poll of the values started, in whole milliseconds. The journal stores no
   *     finer times, and a restart of the agent must not change the time of a point
   */
  record Times(Instant at, BufferState.Starts starts) {
    Times {
      at = at.truncatedTo(ChronoUnit.MILLIS);
    }
  }

  PendingMinute {
    values = MinuteValue.Packed.of(values);
  }

  PendingMinute withDestination(Destination another) {
    return new PendingMinute(id, minute, another, times, values);
  }

  PendingMinute withValues(List<MinuteValue> some) {
    return new PendingMinute(id, minute, destination, times, some);
  }

  PendingMinute without(List<MinuteValue> some) {
    Set<MinuteValue> removed = Set.copyOf(some);
    return withValues(values.stream().filter(value -> !removed.contains(value)).toList());
  }

  /** Whether the receiver would reject the times now, because they are too far in the future. */
  boolean isAhead(Instant now) {
    return times.filter(known -> known.at().isAfter(now.plus(MOST_AHEAD))).isPresent();
  }

  /** The number of datums. Each value makes one datum for each set of dimensions. */
  int datumCount() {
    return values.size() * destination.sets().size();
  }

  /** The approximate size of the datums in a request, in bytes. */
  int requestBytes() {
    return values.stream().mapToInt(value -> destination.bytesOfDatums(value.metric())).sum();
  }

  /** The datums of this minute. All dimensions must be known. */
  List<Datum> datums() {
    return values.stream()
        .flatMap(value -> destination.sets().stream().map(set -> datum(value, set)))
        .toList();
  }

  /** When the counter started at 0; empty if the value is not a total. */
  Optional<Instant> start(MinuteValue value) {
    return times.flatMap(known -> known.starts().of(value.metric()));
  }

  private Datum datum(MinuteValue value, Map<String, String> dimensions) {
    return new Datum(
        value.metric(),
        times.map(Times::at).orElse(minute),
        start(value),
        value.value(),
        value.unit(),
        dimensions);
  }
}
