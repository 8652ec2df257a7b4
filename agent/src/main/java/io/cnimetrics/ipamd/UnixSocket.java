package io.cnimetrics.ipamd;

import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;

/**
 * A {@link Socket} whose bytes go over a unix-domain socket.
 *
 * <p>All its work is done by {@link UnixTransport}, so no method of {@link Socket} can open a TCP
 * socket behind our back.
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
