package io.cnimetrics.ipamd;

import io.cnimetrics.wire.ReceiveLimit;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A socket for OkHttp that connects to a unix-domain socket.
 *
 * <p>This class has no timeouts. After a timeout OkHttp closes the socket, which ends a blocked
 * connect, read or write.
 */
final class UnixSocket extends Socket {
  private final UnixDomainSocketAddress path;
  private final ReceiveLimit limit;
  private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);

  /**
   * @param path the unix socket. The file must exist when OkHttp connects, but not before
   */
  UnixSocket(Path path, ReceiveLimit limit) throws IOException {
    this.path = UnixDomainSocketAddress.of(path);
    this.limit = limit;
  }

  /** Ignores the address that OkHttp passes. Blocks only while the listener's backlog is full. */
  @Override
  public void connect(SocketAddress ignored, int timeoutMillis) throws IOException {
    channel.connect(path);
  }

  @Override
  public InputStream getInputStream() {
    return limit.on(Channels.newInputStream(channel));
  }

  /**
   * Does not use a stream of {@code Channels}, whose writes wait in Java 17 until a blocked read
   * ends.
   */
  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int count) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes, offset, count);
        while (left.hasRemaining()) {
          channel.write(left);
        }
      }
    };
  }

  /** Does nothing, because {@link Socket} would open a TCP socket to set the timeout. */
  @Override
  public synchronized void setSoTimeout(int millis) {}

  @Override
  public synchronized void close() throws IOException {
    channel.close();
    super.close();
  }
}
