package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import javax.net.SocketFactory;

/**
 * A socket for OkHttp that connects to a unix-domain socket.
 *
 * <p>This class has no timeouts. When a timeout elapses, OkHttp closes the socket. This ends a
 * blocked connect, read or write.
 */
final class UnixSocket extends Socket {
  private final UnixDomainSocketAddress path;
  private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);

  private UnixSocket(UnixDomainSocketAddress path) throws IOException {
    this.path = path;
  }

  /**
   * Returns a factory of sockets that connect to the path. These sockets ignore the address that
   * OkHttp passes.
   *
   * @param path the unix socket; it may be created later, before the first connection
   */
  static SocketFactory factory(Path path) {
    return new Factory(UnixDomainSocketAddress.of(path));
  }

  /** Blocks only while the listener's backlog is full. */
  @Override
  public void connect(SocketAddress ignored, int timeoutMillis) throws IOException {
    channel.connect(path);
  }

  @Override
  public InputStream getInputStream() {
    return Channels.newInputStream(channel);
  }

  @Override
  public OutputStream getOutputStream() {
    // In Java 17 a write to Channels.newOutputStream waits for a blocked read of the channel.
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

  private static final class Factory extends SocketFactory {
    private final UnixDomainSocketAddress path;

    Factory(UnixDomainSocketAddress path) {
      this.path = path;
    }

    @Override
    public Socket createSocket() throws IOException {
      return new UnixSocket(path);
    }

    @Override
    public Socket createSocket(String host, int port) {
      return unsupported();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
      return unsupported();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      return unsupported();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      return unsupported();
    }

    private static Socket unsupported() {
      throw new UnsupportedOperationException("OkHttp creates unconnected sockets only");
    }
  }
}
