package io.cnimetrics.publish;

import java.util.List;
import java.util.Set;

/**
 * An ended minute that waits to be sent.
 *
 * @param id rises in the order in which minutes were added
 * @param minute counted from 1970
 * @param values its values that are not sent yet
 */
record PendingMinute(long id, long minute, Destination destination, List<MinuteValue> values) {
  PendingMinute {
    values = MinuteValues.of(values);
  }

  /** A copy that shares equal parts with other minutes. */
  PendingMinute sharing(
      Interner<Destination> destinations, Interner<List<MinuteValues.Name>> names) {
    return new PendingMinute(
        id,
        minute,
        destinations.equalTo(destination),
        MinuteValues.of(values).sharing(names::equalTo));
  }

  /** A copy with another id. */
  PendingMinute as(long another) {
    return new PendingMinute(another, minute, destination, values);
  }

  /** A copy without the values that were sent or dropped. */
  PendingMinute without(Set<MinuteValue> settled) {
    return new PendingMinute(
        id,
        minute,
        destination,
        values.stream().filter(value -> !settled.contains(value)).toList());
  }

  int datums() {
    return values.size() * destination.sets().size();
  }
}
