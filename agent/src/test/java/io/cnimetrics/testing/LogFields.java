package io.cnimetrics.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the fields of a log line in format text, as a log collector reads logfmt. */
public final class LogFields {
  private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\.)*+\"";

  /** A list or a map, whose entries can be quoted. */
  private static final String GROUP = "[\\[{](?:" + QUOTED + "|[^\"\\]}])*+[\\]}]";

  private static final Pattern TOKEN =
      Pattern.compile(QUOTED + "|(\\w+)=(" + QUOTED + "|" + GROUP + "|[^\\s;]*)");

  private LogFields() {}

  /** A field; the value is without quotes and escapes. */
  public record Field(String key, String value) {}

  public static List<Field> of(String line) {
    List<Field> fields = new ArrayList<>();
    Matcher token = TOKEN.matcher(line);
    while (token.find()) {
      if (token.group(1) != null) {
        fields.add(new Field(token.group(1), unquoted(token.group(2))));
      }
    }
    return fields;
  }

  private static String unquoted(String value) {
    return value.startsWith("\"") ? RecordedNode.json(value).asText() : value;
  }
}
