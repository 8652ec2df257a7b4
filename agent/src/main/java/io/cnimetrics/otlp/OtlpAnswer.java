package io.cnimetrics.otlp;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The answer of a receiver. A receiver of OTLP answers a binary request with a binary message: with
 * {@code ExportMetricsServiceResponse} if it accepts the request, and otherwise with {@code
 * google.rpc.Status}.
 *
 * @param rejected the number of points that the receiver rejects and that are not sent again
 * @param message the receiver's message; empty if there is none
 */
record OtlpAnswer(long rejected, String message) {
  private static final OtlpAnswer NOTHING = new OtlpAnswer(0, "");
  private static final int PARTIAL_SUCCESS = 1;
  private static final int REJECTED = 1;
  private static final int MESSAGE = 2;

  /** Reads the answer to an accepted request. An invalid body counts as no rejection. */
  static OtlpAnswer ofSuccess(byte[] body) {
    try {
      ByteBuffer all = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
      while (all.hasRemaining()) {
        long tag = varint(all);
        if (tag == ((PARTIAL_SUCCESS << 3) | 2)) {
          return of(slice(all));
        }
        skip(all, tag);
      }
      return NOTHING;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return NOTHING;
    }
  }

  /** Returns the {@code message} of a {@code google.rpc.Status}; empty if the body is no Status. */
  static String messageOfFailure(byte[] body) {
    try {
      return of(ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN)).message;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return "";
    }
  }

  /** Reads a message of either kind. Both kinds have a number in field 1 and a text in field 2. */
  private static OtlpAnswer of(ByteBuffer message) {
    OtlpAnswer read = NOTHING;
    while (message.hasRemaining()) {
      long tag = varint(message);
      if (tag == (REJECTED << 3)) {
        read = new OtlpAnswer(varint(message), read.message);
      } else if (tag == ((MESSAGE << 3) | 2)) {
        ByteBuffer text = slice(message);
        read = new OtlpAnswer(read.rejected, StandardCharsets.UTF_8.decode(text).toString());
      } else {
        skip(message, tag);
      }
    }
    return read;
  }

  private static void skip(ByteBuffer message, long tag) {
    switch ((int) (tag & 7)) {
      case 0 -> varint(message);
      case 1 -> message.getLong();
      case 2 -> slice(message);
      case 5 -> message.getInt();
      default -> throw new IllegalArgumentException("wire type " + (tag & 7));
    }
  }

  private static ByteBuffer slice(ByteBuffer message) {
    long length = varint(message);
    if (length < 0 || length > message.remaining()) {
      throw new IllegalArgumentException("length " + length);
    }
    ByteBuffer slice = message.slice(message.position(), (int) length);
    message.position(message.position() + (int) length);
    return slice.order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long varint(ByteBuffer message) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = message.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }
}
