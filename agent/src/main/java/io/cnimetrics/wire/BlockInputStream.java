package io.cnimetrics.wire;

import java.io.IOException;
import java.io.InputStream;

/**
 * An input stream in which every byte passes {@link #read(byte[], int, int)}, even a skipped byte.
 * A subclass can therefore count all bytes.
 */
public abstract class BlockInputStream extends InputStream {
  protected final InputStream in;

  protected BlockInputStream(InputStream in) {
    this.in = in;
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public abstract int read(byte[] bytes, int offset, int count) throws IOException;

  @Override
  public void close() throws IOException {
    in.close();
  }
}
