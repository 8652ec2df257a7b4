package io.cnimetrics.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/**
 * A loopback port that refuses connections. The port is bound but not listening, so no other
 * process gets it as a free port.
 */
public final class ClosedPort implements Closeable {
  private final Socket bound = new Socket();

  /** Binds a free port. */
  public ClosedPort() throws IOException {
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** Binds an address, even if connections of an earlier server are still closing. */
  ClosedPort(InetSocketAddress address) throws IOException {
    bound.setReuseAddress(true);
    bound.bind(address);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + bound.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    bound.close();
  }
}
