package io.cnimetrics.aws;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads the first bytes of a body and ignores the rest. */
public final class BoundedBody extends FilterInputStream {
  private final BeforeRead before;
  private int left;

  /**
   * @param most the maximum number of bytes to read
   * @param before called before each read
   */
  public BoundedBody(InputStream body, int most, BeforeRead before) {
    super(body);
    this.left = most;
    this.before = before;
  }

  /** Can stop the reading. */
  @FunctionalInterface
  public interface BeforeRead {
    /**
     * Returns normally if reading may continue.
     *
     * @throws IOException if reading must stop; the reader gets it
     */
    void mayRead() throws IOException;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    before.mayRead();
    int got = left == 0 ? -1 : super.read(bytes, offset, Math.min(count, left));
    left -= Math.max(got, 0);
    return got;
  }
}
