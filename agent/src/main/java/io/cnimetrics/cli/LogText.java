package io.cnimetrics.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import io.cnimetrics.text.Printable;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The message of a log line as text. Values can come from outside the agent. A value with special
 * characters is written between quotes, with escapes as in JSON. Therefore no value can add a
 * field, break the line or control a terminal.
 */
public final class LogText {
  private static final String OWN = "io.cnimetrics.";
  private static final String PLACE = "{}";

  /** Matches text that could look like a key with a value, or like the start of a list or map. */
  private static final Pattern SPECIAL = Pattern.compile("=|^[\\[{]");

  private LogText() {}

  /** The message with its values, and the stack trace of an exception. */
  public static String of(ILoggingEvent event) {
    String message =
        event.getLoggerName().startsWith(OWN)
            ? filled(event.getMessage(), event.getArgumentArray())
            // The whole message of a library is escaped, because it may contain values from
            // outside.
            : value(event.getFormattedMessage(), false);
    return event.getThrowableProxy() == null
        ? message
        : message + " exception=" + value(trace(event), true);
  }

  private static String trace(ILoggingEvent event) {
    return ThrowableProxyUtil.asString(event.getThrowableProxy())
        .strip()
        .replaceAll("\\s*\\R\\s*", " | ");
  }

  /** Fills the placeholders of a template, which contains no values from outside. */
  private static String filled(String template, Object @Nullable [] values) {
    if (values == null) {
      return Printable.escaped(template);
    }
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (Object value : values) {
      int place = template.indexOf(PLACE, from);
      if (place < 0) {
        break;
      }
      text.append(Printable.escaped(template.substring(from, place)));
      char before = place == 0 ? ' ' : template.charAt(place - 1);
      text.append(before == '"' ? escaped(String.valueOf(value)) : value(value, before == '='));
      from = place + PLACE.length();
    }
    return text.append(Printable.escaped(template.substring(from))).toString();
  }

  /**
   * @param field whether the value follows a key
   */
  private static String value(Object value, boolean field) {
    if (value instanceof Map.Entry<?, ?> entry) {
      return value(entry.getKey(), true) + "=" + value(entry.getValue(), true);
    } else if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> value(entry, true))
          .collect(Collectors.joining(", ", "{", "}"));
    } else if (value instanceof Collection<?> values) {
      return values.stream()
          .map(each -> value(each, true))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    String text = String.valueOf(value);
    String escaped = escaped(text);
    boolean bare =
        escaped.equals(text)
            && !SPECIAL.matcher(text).find()
            && !(field && text.codePoints().anyMatch(Character::isSpaceChar));
    return bare ? text : '"' + escaped + '"';
  }

  private static String escaped(String text) {
    return Printable.escaped(text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
  }
}
