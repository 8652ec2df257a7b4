package io.cnimetrics.ipamd;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.cnimetrics.snapshot.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Walks through a JSON body field by field and names the path of whatever is not as expected. It
 * never holds more than one value of the body.
 */
final class JsonCursor implements Closeable {
  /** No map of ipamD's has more entries: EC2 allows 50 addresses to an interface. */
  private static final int MAX_ENTRIES = 10_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Names are mostly addresses: interning them would fill the JVM's table for nothing.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxStringLength(65_536).build())
          .build();

  private final JsonParser parser;

  JsonCursor(InputStream body) throws IOException {
    parser = FACTORY.createParser(body);
  }

  /** Moves to the body's value, which must be an object. */
  void start() throws IOException {
    if (parser.nextToken() == null) {
      throw new IpamdException(Reason.MALFORMED, "the body is empty");
    }
    expect(JsonToken.START_OBJECT, "an object");
  }

  /** Checks that nothing but white space follows the body's value. */
  void end() throws IOException {
    long offset = parser.currentLocation().getByteOffset();
    if (parser.nextToken() != null) {
      throw new IpamdException(
          Reason.MALFORMED, "more follows after the end of the JSON value at offset " + offset);
    }
  }

  /** Moves into the object that is the current field's value. */
  void enter() throws IOException {
    parser.nextToken();
    expect(JsonToken.START_OBJECT, "an object");
  }

  /** Moves to the next field of the current object; false at its end, which is then left. */
  boolean nextField() throws IOException {
    return parser.nextToken() == JsonToken.FIELD_NAME;
  }

  String field() throws IOException {
    return parser.currentName();
  }

  void skip() throws IOException {
    parser.nextToken();
    parser.skipChildren();
  }

  boolean bool() throws IOException {
    JsonToken value = parser.nextToken();
    if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE) {
      throw unexpected("true or false");
    }
    return value == JsonToken.VALUE_TRUE;
  }

  String text() throws IOException {
    parser.nextToken();
    expect(JsonToken.VALUE_STRING, "a string");
    return parser.getText();
  }

  boolean hasText() throws IOException {
    parser.nextToken();
    expect(JsonToken.VALUE_STRING, "a string");
    return parser.getTextLength() > 0;
  }

  long integer() throws IOException {
    parser.nextToken();
    expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw unexpected("a whole number of 64 bits");
    }
    return parser.getLongValue();
  }

  int index() throws IOException {
    long value = integer();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw unexpected("an index of 0 or more");
    }
    return (int) value;
  }

  /** Keeps the names of one map, so that no entry is counted twice. */
  Names names() {
    return new Names();
  }

  IpamdException unexpected(String expected) {
    return new IpamdException(
        Reason.UNEXPECTED_SHAPE,
        "expected %s at %s (offset %d)"
            .formatted(expected, path(), parser.currentLocation().getByteOffset()));
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private void expect(JsonToken token, String expected) {
    if (parser.currentToken() != token) {
      throw unexpected(expected);
    }
  }

  private String path() {
    String pointer = parser.getParsingContext().pathAsPointer().toString();
    return pointer.isEmpty() ? "the top of the body" : pointer;
  }

  /** The names that a map has shown so far. */
  final class Names {
    private final Set<String> seen = new HashSet<>();

    boolean isEmpty() {
      return seen.isEmpty();
    }

    String next() throws IOException {
      String name = field();
      if (!seen.add(name)) {
        throw unexpected("each name once");
      }
      if (seen.size() > MAX_ENTRIES) {
        throw unexpected("at most %,d entries".formatted(MAX_ENTRIES));
      }
      return name;
    }
  }
}
