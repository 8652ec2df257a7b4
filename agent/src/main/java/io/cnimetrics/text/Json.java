package io.cnimetrics.text;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes and reads JSON documents. A value is a map, a list, a text, a number, a boolean or {@link
 * Raw}. Invisible characters in texts are escaped, so that a document cannot control a terminal.
 */
public final class Json {
  private static final int LINE = 160;
  private static final double LARGEST_WHOLE = 0x1p53;

  private Json() {}

  /** JSON that is written unchanged. */
  public record Raw(String json) {}

  /**
   * Creates a JSON object whose members keep their order.
   *
   * @param namesAndValues a name, its value, the next name and so on. If a value is an empty {@link
   *     Optional}, the object does not have this member.
   */
  public static Map<String, Object> object(Object... namesAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String name = (String) namesAndValues[i];
      if (namesAndValues[i + 1] instanceof Optional<?> optional) {
        optional.ifPresent(value -> object.put(name, value));
      } else {
        object.put(name, namesAndValues[i + 1]);
      }
    }
    return object;
  }

  /**
   * Reads a document. All its numbers become {@code Double}.
   *
   * @throws IllegalArgumentException if the text is not one JSON object, or contains a null
   */
  public static Map<String, Object> parse(String text) {
    try (JsonParser json = new JsonFactory().createParser(text)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        Map<String, Object> document = members(json);
        if (json.nextToken() == null) {
          return document;
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("expected a JSON object", e);
    }
    throw new IllegalArgumentException("expected a JSON object");
  }

  private static Map<String, Object> members(JsonParser json) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      members.put(name, value(json));
    }
    return members;
  }

  private static Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> members(json);
      case START_ARRAY -> {
        List<Object> entries = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          entries.add(value(json));
        }
        yield entries;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
      case VALUE_STRING -> json.getText();
      default -> throw new IllegalArgumentException("unexpected " + json.currentToken());
    };
  }

  /** Writes a value on one line, for programs. */
  public static String compact(Object value) {
    return write(value, "");
  }

  /** Writes each field on a new line. If a field is a list, each of its entries has a new line. */
  public static String entryPerLine(Map<String, ?> document) {
    return document.entrySet().stream()
        .map(field -> "\n  " + quoted(field.getKey()) + ": " + entries(field.getValue()))
        .collect(joining(",", "{", "\n}\n"));
  }

  private static String entries(Object value) {
    return value instanceof List<?> list && !list.isEmpty()
        ? list.stream().map(e -> "\n    " + write(e, " ")).collect(joining(",", "[", "\n  ]"))
        : write(value, " ");
  }

  /**
   * Writes a value with an indentation of one space, because CloudFormation limits the size of a
   * template. A value that fits on one line stays on one line.
   */
  public static String indented(Object value) {
    return indented(value, "") + "\n";
  }

  private static String indented(Object value, String indent) {
    String compact = compact(value);
    if (indent.length() + compact.length() <= LINE) {
      return compact;
    }
    String deeper = indent + " ";
    List<String> parts = new ArrayList<>();
    if (value instanceof Map<?, ?> object) {
      object.forEach((name, member) -> parts.add(compact(name) + ": " + indented(member, deeper)));
      return "{" + lines(parts, deeper) + "\n" + indent + "}";
    } else if (value instanceof List<?> list) {
      list.forEach(entry -> parts.add(indented(entry, deeper)));
      return "[" + lines(parts, deeper) + "\n" + indent + "]";
    }
    return compact;
  }

  private static String lines(List<String> parts, String indent) {
    return "\n" + indent + String.join(",\n" + indent, parts);
  }

  /**
   * @param space the white space between the parts of an object
   */
  private static String write(Object value, String space) {
    if (value instanceof Map<?, ?> object) {
      return object.entrySet().stream()
          .map(member -> write(member.getKey(), "") + ":" + space + write(member.getValue(), space))
          .collect(joining("," + space, "{" + space, space + "}"));
    } else if (value instanceof List<?> list) {
      return list.stream().map(entry -> write(entry, space)).collect(joining(",", "[", "]"));
    } else if (value instanceof String text) {
      return quoted(text);
    } else if (value instanceof Raw raw) {
      return raw.json();
    } else if (value instanceof Double number && isWhole(number)) {
      return String.valueOf(number.longValue());
    }
    return value.toString();
  }

  private static boolean isWhole(double number) {
    return number == Math.rint(number) && Math.abs(number) < LARGEST_WHOLE;
  }

  private static String quoted(String text) {
    String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(text));
    return '"' + Printable.escaped(escaped) + '"';
  }
}
