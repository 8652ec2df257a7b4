package io.cnimetrics.publish;

import java.util.HashMap;
import java.util.Map;

/** One of all that are equal, so that minutes which have the same do not each keep their own. */
final class Interner<T> {
  /** A node has a few: the values that a minute has change seldom, and where they go even less. */
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
