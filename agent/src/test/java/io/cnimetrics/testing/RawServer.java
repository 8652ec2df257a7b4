package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server on a loopback port or a unix socket. It reads requests, and a test writes the bytes of
 * the answers.
 */
public final class RawServer implements Closeable {
  /**
   * Answers one request. Then the server closes the connection, unless {@link Request#stayOpen} was
   * called.
   */
  public interface Answer {
    void to(Request request) throws IOException, InterruptedException;

    /** Answers with a body that ends with the connection. */
    static Answer ok(String body) {
      return request -> request.ok(body.getBytes(UTF_8));
    }

    /** Sends this start of an answer, and then hangs. */
    static Answer hangingAfter(String start) {
      return request -> {
        request.send(start);
        request.hang();
      };
    }

    /** Sends this start of an answer, and then a part again and again without a pause. */
    static Answer endless(String start, String part) {
      byte[] block = part.repeat(4096).getBytes(ISO_8859_1);
      return request -> {
        request.send(start);
        while (true) {
          request.send(block);
        }
      };
    }

    /** Sends this start of an answer, and then {@link Request#trickle trickles} a text. */
    static Answer tricklingAfter(String start, String text) {
      return request -> {
        request.send(start);
        request.trickle(text);
      };
    }
  }

  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+)\r?$");

  private final ServerSocketChannel listener;
  private final Answer answer;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "raw-server");
            thread.setDaemon(true);
            return thread;
          });

  public RawServer(Answer answer) throws IOException {
    this(
        StandardProtocolFamily.INET,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        answer);
  }

  private RawServer(ProtocolFamily family, SocketAddress address, Answer answer)
      throws IOException {
    this.listener = ServerSocketChannel.open(family).bind(address);
    this.answer = answer;
    threads.execute(this::accept);
  }

  /** A server on the IPv6 loopback address. */
  public static RawServer ipv6(Answer answer) throws IOException {
    byte[] loopback = new byte[16];
    loopback[15] = 1;
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(loopback), 0);
    return new RawServer(StandardProtocolFamily.INET6, address, answer);
  }

  /** A server on a unix socket. */
  public static RawServer unix(Path path, Answer answer) throws IOException {
    return new RawServer(StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(path), answer);
  }

  /** A server that answers every request with the same bytes. */
  public static RawServer answering(String bytes) throws IOException {
    return new RawServer(request -> request.send(bytes));
  }

  public URI address() throws IOException {
    SocketAddress bound = listener.getLocalAddress();
    return URI.create(
        bound instanceof InetSocketAddress inet
            ? "http://%s:%d"
                .formatted(
                    inet.getAddress() instanceof Inet6Address ? "[::1]" : "127.0.0.1",
                    inet.getPort())
            : "unix:" + bound);
  }

  /** The heads of all requests whose whole body arrived. */
  public List<String> heads() {
    return heads;
  }

  /** The paths of the requests so far. */
  public List<String> requested() {
    return heads.stream().map(RawServer::path).toList();
  }

  private static String path(String head) {
    return head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP/"));
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = listener.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed by the test.
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      Request request;
      // A connection that stays open can have several requests.
      do {
        request = new Request(client, read(client));
        heads.add(request.head());
        answer.to(request);
      } while (request.staysOpen);
    } catch (IOException e) {
      // The client closed the connection, as in many tests.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String read(SocketChannel client) throws IOException {
    StringBuilder head = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (head.indexOf("\r\n\r\n") < 0) {
      if (client.read(one.clear()) < 0) {
        throw new IOException("no request");
      }
      head.append((char) (one.get(0) & 0xff));
    }
    Matcher length = LENGTH.matcher(head);
    ByteBuffer body = ByteBuffer.allocate(length.find() ? Integer.parseInt(length.group(1)) : 0);
    while (body.hasRemaining()) {
      if (client.read(body) < 0) {
        throw new IOException("no whole request");
      }
    }
    return head.toString();
  }

  /** A request that was read, and its connection. */
  public final class Request {
    private final SocketChannel client;
    private final String head;
    private boolean staysOpen;

    private Request(SocketChannel client, String head) {
      this.client = client;
      this.head = head;
    }

    public String head() {
      return head;
    }

    public String path() {
      return RawServer.path(head);
    }

    public void send(String text) throws IOException {
      send(text.getBytes(ISO_8859_1));
    }

    public void send(byte[] bytes) throws IOException {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        client.write(left);
      }
    }

    /** Sends a body that ends with the connection. */
    public void ok(byte[] body) throws IOException {
      send("HTTP/1.1 200 OK\r\n\r\n");
      send(body);
    }

    public void refuse(int status, String body) throws IOException {
      refuse(status, "", body.getBytes(UTF_8));
    }

    public void refuse(int status, String headers, byte[] body) throws IOException {
      send(
          "HTTP/1.1 %d No\r\n%sContent-Length: %d\r\n\r\n".formatted(status, headers, body.length));
      send(body);
    }

    /** Reads another request from this connection. */
    public void stayOpen() {
      staysOpen = true;
    }

    /** Ends the connection by a reset. */
    public void reset() throws IOException {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      client.close();
    }

    /** Sends nothing, and returns when the client closes the connection or the test ends. */
    public void hang() throws IOException {
      client.read(ByteBuffer.allocate(1));
    }

    /** Waits this time. Returns false if the test ended meanwhile. */
    public boolean pause(long millis) throws InterruptedException {
      return !closed.await(millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Sends a text repeatedly, with pauses, until the test ends or the client closes the
     * connection.
     */
    public void trickle(String text) throws IOException, InterruptedException {
      while (pause(50)) {
        send(text);
      }
    }
  }
}
