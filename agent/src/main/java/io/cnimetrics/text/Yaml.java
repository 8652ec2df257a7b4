package io.cnimetrics.text;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes YAML documents for people. A value is a non-empty map, a non-empty list or a text. */
public final class Yaml {
  /** Texts that need no quotes, because every YAML reader reads them as texts. */
  private static final Pattern PLAIN =
      Pattern.compile("(?!(?i:true|false|yes|no|on|off|y|n|null)$)[A-Za-z][\\w-]*([./][\\w-]+)*");

  private Yaml() {}

  public static String of(Map<String, ?> document) {
    return map(document, "").stripLeading();
  }

  private static String map(Map<?, ?> map, String indent) {
    return map.entrySet().stream()
        .map(member -> "\n" + indent + member.getKey() + ":" + member(member.getValue(), indent))
        .collect(joining("", "", indent.isEmpty() ? "\n" : ""));
  }

  private static String member(Object value, String indent) {
    String deeper = indent + "  ";
    if (value instanceof Map<?, ?> map) {
      return map(map, deeper);
    } else if (value instanceof List<?> list) {
      return list.stream()
          .map(each -> "\n" + deeper + "- " + entry(each, deeper + "  "))
          .collect(joining());
    }
    return " " + text(String.valueOf(value), deeper);
  }

  private static String entry(Object value, String indent) {
    return value instanceof Map<?, ?> map
        ? map(map, indent).stripLeading()
        : text(String.valueOf(value), indent);
  }

  /** A text of several lines, or with quotes, is a block, because a block needs no escapes. */
  private static String text(String text, String indent) {
    if (text.contains("\n") || text.contains("\"")) {
      return text.lines().map(line -> "\n" + indent + line).collect(joining("", "|-", ""));
    }
    return PLAIN.matcher(text).matches() ? text : Json.compact(text);
  }
}
