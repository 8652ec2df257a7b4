package io.cnimetrics.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/**
 * A port of this machine at which connections are refused. It is bound but not listening, so that
 * nobody who wants any free port is given it; one that was listened at may still take a connection
 * while the kernel closes it.
 */
public final class ClosedPort implements AutoCloseable {
  private final Socket bound = new Socket();

  public ClosedPort() throws IOException {
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + bound.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    bound.close();
  }
}
