package io.cnimetrics.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/**
 * A port in front of a server. A test can close this port for some time, as if the server were
 * down. The server keeps its data. The port is open at first.
 */
public final class Gate implements AutoCloseable {
  private final InetSocketAddress target;
  private final InetSocketAddress address;
  private Closeable holdsPort;

  /** Opens a gate to a TCP server. */
  public Gate(URI target) {
    this.target = new InetSocketAddress(target.getHost(), target.getPort());
    try {
      InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      Passage passage = Passage.open(anyPort, this.target);
      this.address = passage.address();
      this.holdsPort = passage;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The URL of this gate, which never changes. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + address.getPort());
  }

  /** Refuses connections from now on, and resets existing ones. */
  public void shut() {
    swap(() -> new ClosedPort(address));
  }

  /** Accepts connections again. */
  public void open() {
    swap(() -> Passage.open(address, target));
  }

  @Override
  public synchronized void close() {
    try {
      holdsPort.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void swap(Holder next) {
    close();
    try {
      holdsPort = next.take();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Holder {
    Closeable take() throws IOException;
  }
}
