package io.cnimetrics.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * JSON as a tree of maps, lists, texts, numbers and booleans, for documents that are assembled
 * before they are written. A member that is an empty {@link Optional} is left out.
 */
public final class JsonTree {
  private static final int LINE = 120;

  private JsonTree() {}

  /** Written unchanged. */
  public record Raw(String json) {}

  /** An object whose members keep their order; the arguments are alternating names and values. */
  public static Map<String, Object> object(Object... namesAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] instanceof Optional<?> optional) {
        String name = (String) namesAndValues[i];
        optional.ifPresent(value -> object.put(name, value));
      } else {
        object.put((String) namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return object;
  }

  public static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> object) {
      json.writeStartObject();
      for (Map.Entry<?, ?> member : object.entrySet()) {
        json.writeFieldName((String) member.getKey());
        write(json, member.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object entry : list) {
        write(json, entry);
      }
      json.writeEndArray();
    } else if (value instanceof Raw raw) {
      json.writeRawValue(raw.json());
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else {
      json.writeString((String) value);
    }
  }

  /** On one line. */
  public static String compact(Object value) {
    return JsonLines.write(false, json -> write(json, value)).stripTrailing();
  }

  /** Indented; short values stay on one line. */
  public static String readable(Object value) {
    return readable(value, "") + "\n";
  }

  private static String readable(Object value, String indent) {
    String compact = compact(value);
    if (indent.length() + compact.length() <= LINE) {
      return compact;
    }
    String deeper = indent + "  ";
    List<String> parts = new ArrayList<>();
    if (value instanceof Map<?, ?> object) {
      object.forEach((name, member) -> parts.add(compact(name) + ": " + readable(member, deeper)));
      return "{" + lines(parts, deeper) + "\n" + indent + "}";
    } else if (value instanceof List<?> list) {
      list.forEach(entry -> parts.add(readable(entry, deeper)));
      return "[" + lines(parts, deeper) + "\n" + indent + "]";
    }
    return compact;
  }

  private static String lines(List<String> parts, String indent) {
    return "\n" + indent + String.join(",\n" + indent, parts);
  }
}
