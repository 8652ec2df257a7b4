package io.cnimetrics.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads a JSON document, and its members that are objects or lists of objects. */
public final class Json {
  private Json() {}

  public static Map<?, ?> object(String text) {
    return io.cnimetrics.text.Json.parse(text);
  }

  public static Map<?, ?> member(Map<?, ?> object, String name) {
    return (Map<?, ?>) Objects.requireNonNull(object.get(name), name);
  }

  public static List<Map<?, ?>> members(Map<?, ?> object, String name) {
    List<Map<?, ?>> members = new ArrayList<>();
    for (Object member : (List<?>) Objects.requireNonNull(object.get(name), name)) {
      members.add((Map<?, ?>) member);
    }
    return members;
  }
}
