package io.cnimetrics.publish;

import java.util.List;
import java.util.Set;

/**
 * A minute that has ended and waits to be sent.
 *
 * @param id counts up in the order in which minutes ended
 * @param minute counted from 1970
 * @param values what is still to be sent of it
 */
record PendingMinute(long id, long minute, Destination destination, List<MinuteValue> values) {
  PendingMinute {
    values = MinuteValues.of(values);
  }

  /** The same, sharing with others what is equal in both. */
  PendingMinute sharing(
      Interner<Destination> destinations, Interner<List<MinuteValues.Name>> names) {
    return new PendingMinute(
        id,
        minute,
        destinations.equalTo(destination),
        MinuteValues.of(values).sharing(names::equalTo));
  }

  /** The same, with an id of other books. */
  PendingMinute as(long another) {
    return new PendingMinute(another, minute, destination, values);
  }

  /** What is left without some of the values. */
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
