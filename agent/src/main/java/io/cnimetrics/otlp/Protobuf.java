package io.cnimetrics.otlp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes one Protocol Buffers message. OTLP needs only the kinds of fields below. Therefore the
 * agent needs no library with generated classes.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class Protobuf {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  Protobuf message(int field, Protobuf message) {
    return delimited(field, message.toByteArray());
  }

  Protobuf string(int field, String text) {
    return delimited(field, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes an enumeration or a boolean. */
  Protobuf number(int field, int value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  Protobuf fixed64(int field, long value) {
    tag(field, FIXED64);
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      bytes.write((int) (value >>> shift));
    }
    return this;
  }

  Protobuf decimal(int field, double value) {
    return fixed64(field, Double.doubleToRawLongBits(value));
  }

  private Protobuf delimited(int field, byte[] content) {
    tag(field, LENGTH_DELIMITED);
    varint(content.length);
    bytes.writeBytes(content);
    return this;
  }

  private void tag(int field, int wireType) {
    varint((field << 3) | wireType);
  }

  private void varint(int value) {
    int rest = value;
    while (rest >>> 7 != 0) {
      bytes.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.write(rest);
  }
}
