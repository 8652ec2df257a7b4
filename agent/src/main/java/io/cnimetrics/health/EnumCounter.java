package io.cnimetrics.health;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/** A count for each of a few kinds, 0 from the start; safe for several threads. */
final class EnumCounter<E extends Enum<E>> {
  /** Complete from the start, so that it is only read. */
  private final Map<E, LongAdder> counts;

  EnumCounter(Class<E> kinds) {
    counts = new EnumMap<>(kinds);
    for (E kind : kinds.getEnumConstants()) {
      counts.put(kind, new LongAdder());
    }
  }

  void add(E kind, long count) {
    Objects.requireNonNull(counts.get(kind)).add(count);
  }

  /** Shows every kind with its count, those of 0 too. */
  void forEach(ObjLongConsumer<E> action) {
    counts.forEach((kind, count) -> action.accept(kind, count.sum()));
  }
}
