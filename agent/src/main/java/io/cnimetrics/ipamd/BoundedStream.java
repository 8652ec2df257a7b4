package io.cnimetrics.ipamd;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Passes on a body until it grows beyond a bound. */
final class BoundedStream extends FilterInputStream {
  private final long maxBytes;
  private long readBytes;

  BoundedStream(InputStream body, long maxBytes) {
    super(body);
    this.maxBytes = maxBytes;
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

  private void count(long bytes) throws BodyTooLargeException {
    readBytes += bytes;
    if (readBytes > maxBytes) {
      throw new BodyTooLargeException(maxBytes);
    }
  }

  /** More came than the bound allows. */
  static final class BodyTooLargeException extends IOException {
    BodyTooLargeException(long maxBytes) {
      super("the body has more than %,d bytes".formatted(maxBytes));
    }
  }
}
