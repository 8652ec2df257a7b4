package io.cnimetrics.testing;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** System properties that a test sets, until it is over. */
public final class SystemProperties implements AutoCloseable {
  private final Map<String, Optional<String>> before = new HashMap<>();

  /** Sets them. */
  public void set(Map<String, String> properties) {
    properties.forEach(
        (name, value) ->
            before.putIfAbsent(name, Optional.ofNullable(System.setProperty(name, value))));
  }

  @Override
  public void close() {
    before.forEach(
        (name, value) ->
            value.ifPresentOrElse(
                text -> System.setProperty(name, text), () -> System.clearProperty(name)));
  }
}
