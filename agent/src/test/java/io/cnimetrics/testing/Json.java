package io.cnimetrics.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads a JSON document, and its members. */
public final class Json {
  private Json() {}

  public static Map<?, ?> object(String text) {
    return io.cnimetrics.text.Json.parse(text);
  }

  public static Map<?, ?> member(Map<?, ?> object, String name) {
    return (Map<?, ?>) Objects.requireNonNull(object.get(name), name);
  }

  public static String text(Map<?, ?> object, String name) {
    return String.valueOf(Objects.requireNonNull(object.get(name), name));
  }

  /** The number of a member, which can be a text with a number. */
  public static double number(Map<?, ?> object, String name) {
    return Double.parseDouble(text(object, name));
  }

  public static List<Map<?, ?>> members(Map<?, ?> object, String name) {
    List<Map<?, ?>> members = new ArrayList<>();
    for (Object member : (List<?>) Objects.requireNonNull(object.get(name), name)) {
      members.add((Map<?, ?>) member);
    }
    return members;
  }
}
