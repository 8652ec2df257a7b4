package io.cnimetrics.publish;

import java.util.HashMap;
import java.util.Map;

/** Keeps one of several equal objects, so that equal minutes share memory. */
final class Interner<T> {
  /** A node needs few: metric names and destinations rarely change between minutes. */
  private static final int MOST = 64;

  private final Map<T, T> known = new HashMap<>();

  T equalTo(T one) {
    if (known.size() >= MOST) {
      known.clear();
    }
    T first = known.putIfAbsent(one, one);
    return first == null ? one : first;
  }
}
