package io.cnimetrics.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/**
 * A TCP connection with a {@link ReceiveLimit}.
 *
 * <p>The JDK's HTTP client creates its sockets itself, and the AWS SDK uses this client even for
 * credentials. Therefore {@link #limitAll} sets the factory of all sockets of the process. Socket
 * channels do not use this factory.
 */
public final class LimitedSocket extends SocketImpl {
  /** EC2's largest answer (128 KiB), its headers and TLS need fewer bytes. */
  private static final int MOST_BYTES = 160 * 1024;

  /** Without this limit, a thread could read for hours after the agent stopped waiting. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final ReceiveLimit limit;
  private volatile Optional<SocketChannel> opened = Optional.empty();

  private LimitedSocket(ReceiveLimit limit) {
    this.limit = limit;
  }

  /** Returns an unconnected socket with this limit instead of the limit of {@link #limitAll}. */
  public static Socket unconnected(ReceiveLimit limit) throws IOException {
    return new Socket(new LimitedSocket(limit)) {};
  }

  /**
   * Limits each socket that this process creates from now on to 160 KiB and 30 s. A process can
   * call this method once.
   */
  @SuppressWarnings("deprecation") // The JDK's HTTP client accepts no other factory for plain HTTP.
  public static void limitAll() {
    try {
      Socket.setSocketImplFactory(() -> new LimitedSocket(new ReceiveLimit(MOST_BYTES, LONGEST)));
    } catch (IOException e) {
      throw new IllegalStateException("this process already has a factory of sockets", e);
    }
  }

  private SocketChannel channel() throws SocketException {
    return opened.orElseThrow(() -> new SocketException("the socket was never opened"));
  }

  /** The channel's socket. The socket has timeouts, but the channel itself has no timeouts. */
  private Socket socket() throws SocketException {
    return channel().socket();
  }

  @Override
  protected void create(boolean stream) throws IOException {
    if (!stream) {
      throw new SocketException("only TCP is supported");
    }
    opened = Optional.of(SocketChannel.open());
  }

  @Override
  protected void connect(String host, int port) throws IOException {
    connect(new InetSocketAddress(host, port), 0);
  }

  @Override
  protected void connect(InetAddress host, int port) throws IOException {
    connect(new InetSocketAddress(host, port), 0);
  }

  @Override
  protected void connect(SocketAddress to, int timeoutMillis) throws IOException {
    try {
      if (!(to instanceof InetSocketAddress known)) {
        throw new SocketException("only internet addresses are supported: " + to);
      }
      if (known.isUnresolved()) {
        throw new UnknownHostException(known.getHostString());
      }
      socket().connect(known, timeoutMillis);
      address = known.getAddress();
      port = known.getPort();
      localport = socket().getLocalPort();
    } catch (ClosedChannelException e) {
      throw closed(e);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  protected void bind(InetAddress host, int local) throws IOException {
    socket().bind(new InetSocketAddress(host, local));
    localport = socket().getLocalPort();
  }

  @Override
  protected void listen(int backlog) throws IOException {
    throw new SocketException("this socket cannot listen");
  }

  @Override
  protected void accept(SocketImpl accepted) throws IOException {
    throw new SocketException("this socket cannot listen");
  }

  @Override
  protected InputStream getInputStream() throws IOException {
    return limit.on(socket().getInputStream());
  }

  @Override
  protected OutputStream getOutputStream() throws IOException {
    return new ChannelOutput(channel()) {
      @Override
      public void write(byte[] bytes, int offset, int count) throws IOException {
        try {
          super.write(bytes, offset, count);
        } catch (ClosedChannelException e) {
          throw closed(e);
        }
      }
    };
  }

  private static SocketException closed(ClosedChannelException e) {
    SocketException closed = new SocketException("Socket closed");
    closed.initCause(e);
    return closed;
  }

  @Override
  protected int available() throws IOException {
    return socket().getInputStream().available();
  }

  @Override
  protected void close() throws IOException {
    if (opened.isPresent()) {
      opened.get().close();
    }
  }

  @Override
  protected void shutdownInput() throws IOException {
    channel().shutdownInput();
  }

  @Override
  protected void shutdownOutput() throws IOException {
    channel().shutdownOutput();
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    throw new SocketException("urgent data is not supported");
  }

  @Override
  public void setOption(int option, Object value) throws SocketException {
    switch (option) {
      case SocketOptions.SO_TIMEOUT -> socket().setSoTimeout((Integer) value);
      case SocketOptions.TCP_NODELAY -> socket().setTcpNoDelay((Boolean) value);
      case SocketOptions.SO_KEEPALIVE -> socket().setKeepAlive((Boolean) value);
      case SocketOptions.SO_REUSEADDR -> socket().setReuseAddress((Boolean) value);
      case SocketOptions.SO_LINGER ->
          socket().setSoLinger(value instanceof Integer, value instanceof Integer time ? time : 0);
      default -> throw new SocketException("the option is not supported: " + option);
    }
  }

  @Override
  public Object getOption(int option) throws SocketException {
    return switch (option) {
      case SocketOptions.SO_TIMEOUT -> socket().getSoTimeout();
      case SocketOptions.TCP_NODELAY -> socket().getTcpNoDelay();
      case SocketOptions.SO_KEEPALIVE -> socket().getKeepAlive();
      case SocketOptions.SO_REUSEADDR -> socket().getReuseAddress();
      case SocketOptions.SO_LINGER -> socket().getSoLinger();
      case SocketOptions.SO_BINDADDR -> socket().getLocalAddress();
      default -> throw new SocketException("the option is not supported: " + option);
    };
  }
}
