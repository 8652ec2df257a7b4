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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a JSON body field by field. An error names the path of the unexpected value. One limit
 * applies to the memory for the names of the open objects and for the data that the caller keeps.
 */
final class JsonCursor {
  /** A sixth of the heap. This is enough for an ENI with 14,000 addresses. EC2 permits only 50. */
  private static final int MAX_KEPT_BYTES = 2 << 20;

  /** The memory of a name in a set without the name's characters, in bytes. */
  private static final int BYTES_PER_NAME = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Most names are addresses, which rarely repeat. A cache would use memory and save no
          // work.
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
  private final Deque<Names> open = new ArrayDeque<>();
  private int keptBytes;

  private JsonCursor(JsonParser parser) {
    this.parser = parser;
  }

  /** Reads the fields of the object in the body. */
  @FunctionalInterface
  interface Shape<T> {
    T read(JsonCursor json, Names fields) throws IOException;
  }

  /**
   * Reads a whole body, which must be one JSON object. If a body is cut short, the error reports
   * only this fact, even if the shape is also wrong.
   *
   * @throws IpamdException if the body is cut short, is not JSON, or has another shape
   * @throws IOException if the body cannot be read to its end
   */
  static <T> T read(InputStream body, Shape<T> shape) throws IOException {
    // Go writes only UTF-8. The strict decoder refuses every other encoding.
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
      value = shape.read(this, open());
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

  /** Checks that only white space follows the JSON value. */
  private void end() throws IOException {
    long offset = offset();
    if (parser.nextToken() != null) {
      throw new IpamdException(
          Reason.MALFORMED, "text follows the JSON value, which ends at offset " + offset);
    }
  }

  /** Enters the object that is the value of the current field. */
  Names enter() throws IOException {
    parser.nextToken();
    expect(JsonToken.START_OBJECT, "an object");
    return open();
  }

  private Names open() {
    Names names = new Names();
    open.push(names);
    return names;
  }

  /** Moves to the next field. At the end of the object, returns false and leaves the object. */
  boolean nextField() throws IOException {
    boolean more = parser.nextToken() == JsonToken.FIELD_NAME;
    if (!more) {
      keptBytes -= open.pop().bytes;
    }
    return more;
  }

  /**
   * Counts memory that the caller needs until the end of the body.
   *
   * @throws IpamdException if this body needs more memory than the limit
   */
  void keep(int bytes) {
    keptBytes += bytes;
    if (keptBytes > MAX_KEPT_BYTES) {
      throw unexpected(
          String.format(Locale.ROOT, "names and ENIs of at most %,d bytes", MAX_KEPT_BYTES));
    }
  }

  /** The memory of a text, in bytes. A character needs up to two bytes. */
  static int bytesOf(String text) {
    return 2 * text.length();
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
      throw unexpected("a whole number with at most 64 bits");
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

  /** Throws if the value of the current field was already read under another name. */
  void requireFirst(Optional<?> before) {
    if (before.isPresent()) {
      throw unexpected("this value only once");
    }
  }

  IpamdException unexpected(String expected) {
    return new IpamdException(
        Reason.UNEXPECTED_SHAPE,
        "expected %s at %s (offset %d)".formatted(expected, path(), offset()));
  }

  /** Returns the exception for a body that exceeds a limit or is not JSON in UTF-8. */
  private IpamdException refusal(IOException e) {
    if (e instanceof StreamConstraintsException tooMuch) {
      return new IpamdException(
          Reason.UNEXPECTED_SHAPE,
          "the body exceeds a limit at %s (offset %d): %s"
              .formatted(path(), offset(), tooMuch.getOriginalMessage()),
          e);
    }
    // The message for a body that is not UTF-8 has no path, because decoding runs ahead of parsing.
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

  /** The names read so far in one object. A second field with the same name is an error. */
  final class Names {
    private final Set<String> seen = new HashSet<>();
    private int bytes;

    boolean isEmpty() {
      return seen.isEmpty();
    }

    String next() throws IOException {
      String name = parser.currentName();
      if (!seen.add(name)) {
        throw unexpected("each name once");
      }
      int added = BYTES_PER_NAME + bytesOf(name);
      bytes += added;
      keep(added);
      return name;
    }
  }
}
