package io.cnimetrics.ipamd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import javax.net.SocketFactory;

/**
 * Creates sockets that all connect to one unix-domain socket, for any host and port.
 *
 * <p>An OkHttp client with this factory should use a numeric host such as {@code 127.0.0.1} and no
 * proxy: each address of a host name is one more connection to the same path.
 *
 * <p>If connecting fails (no such file, not a socket, no listener, no permission), a {@link
 * java.net.ConnectException} names the path, and OkHttp keeps it as a cause. If the listener's
 * backlog stays full, the exception is a {@link java.net.SocketTimeoutException}.
 */
final class UnixSocketFactory extends SocketFactory {
  private final UnixDomainSocketAddress address;

  /**
   * A factory for the socket at {@code path}, which need not exist yet.
   *
   * @throws IllegalArgumentException if the path is not one of the default file system
   */
  UnixSocketFactory(Path path) {
    this.address = UnixDomainSocketAddress.of(path);
  }

  /** A socket that is not connected yet. */
  @Override
  public Socket createSocket() throws IOException {
    return new UnixSocket(address);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected(port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return connected(port);
  }

  private Socket connected(int port) throws IOException {
    Socket socket = createSocket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }
}
