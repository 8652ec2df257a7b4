package io.cnimetrics.ipamd;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Locale;

/** Reads a body up to a maximum size and until a deadline. */
final class BoundedStream extends FilterInputStream {
  private final long maxBytes;
  private final long deadlineNanos;
  private long readBytes;

  /**
   * @param deadlineNanos the deadline by {@link System#nanoTime}; a socket's own timeouts do not
   *     cover the time between reads
   */
  BoundedStream(InputStream body, long maxBytes, long deadlineNanos) {
    super(body);
    this.maxBytes = maxBytes;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  public int read() throws IOException {
    int next = super.read();
    count(next < 0 ? 0 : 1);
    return next;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    count(Math.max(0, read));
    return read;
  }

  @Override
  public long skip(long bytes) throws IOException {
    long skipped = super.skip(bytes);
    count(skipped);
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Reads the rest, within the same limits. */
  void drain() throws IOException {
    transferTo(OutputStream.nullOutputStream());
  }

  private void count(long bytes) throws IOException {
    readBytes += bytes;
    if (readBytes > maxBytes) {
      throw new BodyTooLargeException(maxBytes);
    }
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new InterruptedIOException("timeout");
    }
  }

  /** The body is larger than the limit. */
  static final class BodyTooLargeException extends IOException {
    BodyTooLargeException(long maxBytes) {
      super(String.format(Locale.ROOT, "the body has more than %,d bytes", maxBytes));
    }
  }
}
