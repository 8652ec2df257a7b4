package io.cnimetrics.health;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/** A counter for each constant of an enum, starting at 0; safe for several threads. */
final class EnumCounter<E extends Enum<E>> {
  /** Filled by the constructor and only read later, so it needs no lock. */
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

  /** Passes every constant and its count to the action, also if the count is 0. */
  void forEach(ObjLongConsumer<E> action) {
    counts.forEach((kind, count) -> action.accept(kind, count.sum()));
  }
}
