package io.cnimetrics.wire;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The limit of the bytes and the time of one connection. The limit counts all bytes that the
 * connection receives: bodies, headers, chunk extensions and trailers. An HTTP library can hold all
 * received bytes in memory.
 */
public final class ReceiveLimit {
  private final long most;
  private final Duration longest;
  private final long deadline;
  private long left;

  /** The bytes that arrived before the first read after the deadline and are not read yet. */
  private OptionalInt late = OptionalInt.empty();

  /**
   * @param most the maximum number of bytes between two calls of {@link #renew}
   * @param longest the time from now after which the stream no longer waits for bytes
   */
  public ReceiveLimit(long most, Duration longest) {
    this.most = most;
    this.left = most;
    this.longest = longest;
    this.deadline = System.nanoTime() + longest.toNanos();
  }

  /** The peer sent more bytes than the limit permits. */
  public static final class ExceededException extends IOException {
    private static final long serialVersionUID = 1;

    private ExceededException(long most) {
      super(String.format(Locale.ROOT, "the peer sent more than %,d bytes", most));
    }
  }

  /**
   * Starts to count from 0 again. The caller must have released the bytes that were received
   * before.
   */
  public void renew() {
    left = most;
  }

  /** Returns a stream that applies this limit to the given stream. */
  public InputStream on(InputStream received) {
    return new BlockInputStream(received) {
      @Override
      public int read(byte[] bytes, int offset, int count) throws IOException {
        if (System.nanoTime() - deadline > 0) {
          return readLate(in, bytes, offset, count);
        }
        return counted(in.read(bytes, offset, count));
      }
    };
  }

  /**
   * Reads only the bytes that had arrived at the first read after the deadline, because the process
   * itself may have been stopped in the meantime. A peer that sends without end cannot add bytes.
   */
  private int readLate(InputStream in, byte[] bytes, int offset, int count) throws IOException {
    int arrived = late.isPresent() ? late.getAsInt() : in.available();
    if (arrived == 0 && count > 0) {
      throw new SocketTimeoutException(
          "the peer did not finish within " + longest.toSeconds() + " s");
    }
    int read = counted(in.read(bytes, offset, Math.min(count, arrived)));
    late = OptionalInt.of(arrived - Math.max(0, read));
    return read;
  }

  private int counted(int read) throws ExceededException {
    left -= Math.max(0, read);
    if (left < 0) {
      throw new ExceededException(most);
    }
    return read;
  }
}
