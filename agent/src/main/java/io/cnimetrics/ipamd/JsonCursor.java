package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.cnimetrics.snapshot.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a JSON body field by field and reports the path of anything unexpected. It holds only one
 * value of the body at a time.
 */
final class JsonCursor {
  /** A thousand times EC2's limit of 50 addresses per interface; bounds memory. */
  private static final int MAX_ENTRIES = 50_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Names are mostly addresses: caching them would only use memory.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxNameLength(1_024)
                  .maxStringLength(512)
                  .build())
          .build();

  private final JsonParser parser;

  private JsonCursor(JsonParser parser) {
    this.parser = parser;
  }

  /** Reads the fields of a body's object. */
  @FunctionalInterface
  interface Shape<T> {
    T read(JsonCursor json, Names fields) throws IOException;
  }

  /**
   * Reads a whole body, which must be one object. A wrong shape is reported only for a well-formed
   * body: a body that is cut short is reported as such.
   *
   * @throws IpamdException if the body is cut short, not JSON, or of another shape
   * @throws IOException if the body cannot be read to its end
   */
  static <T> T read(InputStream body, Shape<T> shape) throws IOException {
    // A strict decoder instead of the parser's detection: Go writes only UTF-8.
    InputStreamReader text = new InputStreamReader(body, UTF_8.newDecoder());
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonCursor json = new JsonCursor(parser);
      try {
        return json.whole(shape);
      } catch (JsonProcessingException | CharacterCodingException e) {
        throw json.refusal(e);
      }
    }
  }

  private <T> T whole(Shape<T> shape) throws IOException {
    if (parser.nextToken() == null) {
      throw new IpamdException(Reason.MALFORMED, "the body is empty");
    }
    T value;
    try {
      expect(JsonToken.START_OBJECT, "an object");
      value = shape.read(this, new Names());
    } catch (IpamdException e) {
      while (!parser.getParsingContext().inRoot()) {
        parser.nextToken();
      }
      end();
      throw e;
    }
    end();
    return value;
  }

  /** Checks that nothing but white space follows the body's value. */
  private void end() throws IOException {
    long offset = offset();
    if (parser.nextToken() != null) {
      throw new IpamdException(
          Reason.MALFORMED, "more follows after the end of the JSON value at offset " + offset);
    }
  }

  /** Moves into the object that is the current field's value. */
  Names enter() throws IOException {
    parser.nextToken();
    expect(JsonToken.START_OBJECT, "an object");
    return new Names();
  }

  /**
   * Moves to the next field of the current object; false at its end, and then leaves the object.
   */
  boolean nextField() throws IOException {
    return parser.nextToken() == JsonToken.FIELD_NAME;
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

  /** Refuses the current field if its value was already read under another name. */
  void requireFirst(Optional<?> before) {
    if (before.isPresent()) {
      throw unexpected("this once");
    }
  }

  IpamdException unexpected(String expected) {
    return new IpamdException(
        Reason.UNEXPECTED_SHAPE,
        "expected %s at %s (offset %d)".formatted(expected, path(), offset()));
  }

  /** The exception for a body that is not JSON in UTF-8, or that has more than ipamD writes. */
  private IpamdException refusal(IOException e) {
    if (e instanceof StreamConstraintsException tooMuch) {
      return new IpamdException(
          Reason.UNEXPECTED_SHAPE,
          "more than ipamD writes at %s (offset %d): %s"
              .formatted(path(), offset(), tooMuch.getOriginalMessage()),
          e);
    }
    // No path if it is not UTF-8: decoding runs ahead of parsing.
    return new IpamdException(
        Reason.MALFORMED,
        e instanceof JsonProcessingException json
            ? "not JSON at offset %d, %s: %s".formatted(offset(), path(), json.getOriginalMessage())
            : "the body is not UTF-8",
        e);
  }

  private void expect(JsonToken token, String expected) {
    if (parser.currentToken() != token) {
      throw unexpected(expected);
    }
  }

  private long offset() {
    return parser.currentLocation().getCharOffset();
  }

  private String path() {
    String pointer = parser.getParsingContext().pathAsPointer().toString();
    return pointer.isEmpty() ? "the top of the body" : pointer;
  }

  /** The names seen so far in one object, so that no field is read twice. */
  final class Names {
    private final Set<String> seen = new HashSet<>();

    boolean isEmpty() {
      return seen.isEmpty();
    }

    String next() throws IOException {
      String name = parser.currentName();
      if (!seen.add(name)) {
        throw unexpected("each name once");
      }
      if (seen.size() > MAX_ENTRIES) {
        throw unexpected(String.format(Locale.ROOT, "at most %,d entries", MAX_ENTRIES));
      }
      return name;
    }
  }
}
