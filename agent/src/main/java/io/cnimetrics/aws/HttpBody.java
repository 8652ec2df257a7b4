package io.cnimetrics.aws;

import io.cnimetrics.wire.BlockInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The body of an answer. Closes the connection after the last byte. */
final class HttpBody extends BlockInputStream {
  private static final long UNTIL_CLOSED = Long.MAX_VALUE;

  private final Closeable connection;
  private final boolean chunked;
  private final Optional<IOException> failure;

  /** The number of bytes that are left in the body, or in the current chunk. */
  private long left;

  private boolean afterChunk;
  private boolean done;

  /**
   * @param failure why the head of the answer is not complete; every read then fails with this
   *     cause
   */
  HttpBody(
      InputStream in, SdkHttpResponse head, Optional<IOException> failure, Closeable connection) {
    super(in);
    this.connection = connection;
    this.failure = failure;
    int status = head.statusCode();
    boolean empty = status == 204 || status == 304;
    this.chunked =
        !empty
            && String.join(",", head.matchingHeaders("Transfer-Encoding"))
                .matches("(?is)(.*,)?\\s*chunked\\s*");
    this.left = empty || chunked ? 0 : length(head);
  }

  /** Without one clear length in the head, the body ends with the connection. */
  private static long length(SdkHttpResponse head) {
    List<String> lengths = head.matchingHeaders("Content-Length").stream().distinct().toList();
    return lengths.size() == 1 && lengths.get(0).matches("[0-9]{1,18}")
        ? Long.parseLong(lengths.get(0))
        : UNTIL_CLOSED;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    if (failure.isPresent()) {
      throw new IOException(failure.get().getMessage(), failure.get());
    }
    if (done) {
      return -1;
    }
    if (chunked && left == 0) {
      left = nextChunk();
    }
    int got = left == 0 ? -1 : in.read(bytes, offset, (int) Math.min(count, left));
    if (got < 0) {
      if (left > 0 && left < UNTIL_CLOSED) {
        throw cut();
      }
      done = true;
      close();
    } else if (left < UNTIL_CLOSED) {
      left -= got;
    }
    return got;
  }

  /** Returns the length of the next chunk; 0 after the last chunk. Ignores extensions. */
  private long nextChunk() throws IOException {
    if (afterChunk) {
      line();
    }
    afterChunk = true;
    String size = line().strip().replaceFirst("(?s)[;\\s].*", "");
    if (!size.matches("0*[0-9a-fA-F]{1,8}")) {
      throw new IOException("the head of the answer says 'chunked', but the body is not chunked");
    }
    return Long.parseLong(size, 16);
  }

  /** Reads up to the end of a line. Only the limit of the connection limits the line's length. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw cut();
      }
      line.append((char) next);
    }
    return line.toString();
  }

  /** The exception for a connection that ends within an answer. */
  static IOException cut() {
    return new SocketException("the connection was closed before the answer was complete");
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
