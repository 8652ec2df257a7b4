package io.cnimetrics.publish;

import io.cnimetrics.publish.MetricSink.Datum;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An ended minute that waits to be sent, or a part of it.
 *
 * @param id rises in the order in which minutes were added
 * @param minute its start
 * @param values the values that are not sent yet
 */
record PendingMinute(long id, Instant minute, Destination destination, List<MinuteValue> values) {
  PendingMinute {
    values = MinuteValue.Packed.of(values);
  }

  PendingMinute withDestination(Destination another) {
    return new PendingMinute(id, minute, another, values);
  }

  PendingMinute withValues(List<MinuteValue> some) {
    return new PendingMinute(id, minute, destination, some);
  }

  /** A copy without some values. */
  PendingMinute without(List<MinuteValue> some) {
    Set<MinuteValue> removed = Set.copyOf(some);
    return withValues(values.stream().filter(value -> !removed.contains(value)).toList());
  }

  /** The number of datums: each value under each set of dimensions. */
  int datumCount() {
    return values.size() * destination.sets().size();
  }

  /** The approximate size of its datums in a request. */
  int requestBytes() {
    return values.stream().mapToInt(value -> destination.bytesOfDatums(value.metric())).sum();
  }

  /** All dimensions are known. */
  List<Datum> datums() {
    return values.stream()
        .flatMap(value -> destination.sets().stream().map(set -> datum(value, set)))
        .toList();
  }

  private Datum datum(MinuteValue value, Map<String, String> dimensions) {
    return new Datum(value.metric(), minute, value.value(), value.unit(), dimensions);
  }
}
