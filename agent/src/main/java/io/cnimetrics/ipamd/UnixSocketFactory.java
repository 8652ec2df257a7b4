package io.cnimetrics.ipamd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import javax.net.SocketFactory;

/**
 * Sockets that all lead to one unix-domain socket, whatever host and port they are asked for.
 *
 * <p>An OkHttp client with this factory should ask for a numeric host such as {@code 127.0.0.1} and
 * use no proxy: each address that a name resolves to is one more connection to the same path.
 *
 * <p>A connection that nobody accepts (no such file, not a socket, no listener, no permission) ends
 * in a {@link java.net.ConnectException} that names the path, and OkHttp keeps it as a cause; a
 * listener whose backlog stays full ends in a {@link java.net.SocketTimeoutException}.
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
