package io.cnimetrics.ipamd;

import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;

/**
 * A {@link Socket} whose bytes go over a unix-domain socket.
 *
 * <p>{@link UnixTransport} does all its work, so no method of {@link Socket} can open a TCP socket.
 */
final class UnixSocket extends Socket {
  private final UnixDomainSocketAddress path;

  UnixSocket(UnixDomainSocketAddress path) throws SocketException {
    super(new UnixTransport(path));
    this.path = path;
  }

  @Override
  public String toString() {
    return "unix:" + path;
  }
}
