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
record WaitingMinute(long id, long minute, Destination destination, List<MinuteValue> values) {
  WaitingMinute {
    values = List.copyOf(values);
  }

  /** What is left without some of the values. */
  WaitingMinute without(Set<MinuteValue> settled) {
    return new WaitingMinute(
        id,
        minute,
        destination,
        values.stream().filter(value -> !settled.contains(value)).toList());
  }

  WaitingMinute to(Destination equal) {
    return new WaitingMinute(id, minute, equal, values);
  }

  int datums() {
    return values.size() * destination.sets().size();
  }
}
