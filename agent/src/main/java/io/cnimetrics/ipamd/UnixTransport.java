package io.cnimetrics.ipamd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The transport of a {@link java.net.Socket} over a {@link UnixChannel}. */
final class UnixTransport extends SocketImpl {
  private final UnixDomainSocketAddress path;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile int readTimeoutMillis;
  private volatile @Nullable UnixChannel channel;

  UnixTransport(UnixDomainSocketAddress path) {
    this.path = path;
  }

  /** Does nothing: connecting opens the channel. */
  @Override
  protected void create(boolean stream) {}

  @Override
  protected void connect(SocketAddress asked, int timeoutMillis) throws IOException {
    UnixChannel connected = UnixChannel.connect(path, timeoutMillis, closed);
    channel = connected;
    if (closed.getCount() == 0) {
      // close() ran before it could see the channel.
      connected.close();
      throw new SocketException("Socket closed");
    }
    if (asked instanceof InetSocketAddress inet) {
      address = inet.getAddress();
      port = inet.getPort();
    }
  }

  @Override
  protected void connect(String host, int port) throws IOException {
    connect(InetSocketAddress.createUnresolved(host, port), 0);
  }

  @Override
  protected void connect(InetAddress host, int port) throws IOException {
    connect(new InetSocketAddress(host, port), 0);
  }

  @Override
  protected InputStream getInputStream() throws IOException {
    UnixChannel connected = connected();
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int count) throws IOException {
        return connected.read(bytes, offset, count, readTimeoutMillis);
      }
    };
  }

  @Override
  protected OutputStream getOutputStream() throws IOException {
    UnixChannel connected = connected();
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int count) throws IOException {
        connected.write(bytes, offset, count);
      }
    };
  }

  /** Always 0: the number of readable bytes is unknown before reading. */
  @Override
  protected int available() {
    return 0;
  }

  @Override
  protected void shutdownInput() throws IOException {
    connected().shutdownInput();
  }

  @Override
  protected void shutdownOutput() throws IOException {
    connected().shutdownOutput();
  }

  /** Ends blocked reads, writes and connects of other threads. */
  @Override
  protected void close() throws IOException {
    closed.countDown();
    UnixChannel open = channel;
    if (open != null) {
      open.close();
    }
  }

  /** Sets the read timeout; TCP options have no meaning here and are ignored. */
  @Override
  public void setOption(int option, Object value) {
    if (option == SocketOptions.SO_TIMEOUT && value instanceof Integer millis) {
      readTimeoutMillis = millis;
    }
  }

  @Override
  public Object getOption(int option) throws SocketException {
    if (option == SocketOptions.SO_TIMEOUT) {
      return readTimeoutMillis;
    }
    throw new SocketException("a unix socket has no option " + option);
  }

  @Override
  protected void bind(InetAddress host, int port) throws IOException {
    throw new SocketException("a unix socket to " + path + " cannot be bound to an address");
  }

  @Override
  protected void listen(int backlog) throws IOException {
    throw new SocketException("a socket to " + path + " does not listen");
  }

  @Override
  protected void accept(SocketImpl accepted) throws IOException {
    throw new SocketException("a socket to " + path + " does not accept");
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    throw new SocketException("unix sockets have no urgent data");
  }

  private UnixChannel connected() throws SocketException {
    UnixChannel connected = channel;
    if (connected == null) {
      throw new SocketException("Socket is not connected");
    }
    return connected;
  }
}
