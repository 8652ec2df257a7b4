package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.IOException;
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

/**
 * A server on a loopback port or a unix socket that reads requests and answers what a test writes.
 */
final class RawServer implements Closeable {
  /** Answers one request; the connection is closed when it returns. */
  interface Answer {
    void to(Request request) throws IOException, InterruptedException;
  }

  private final ServerSocketChannel listener;
  private final Answer answer;
  private final List<String> requested = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "raw-server");
            thread.setDaemon(true);
            return thread;
          });

  RawServer(Answer answer) throws IOException {
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

  /** One on a unix socket. */
  static RawServer unix(Path path, Answer answer) throws IOException {
    return new RawServer(StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(path), answer);
  }

  /** One that answers every request with the same bytes. */
  static RawServer answering(String bytes) throws IOException {
    return new RawServer(request -> request.send(bytes));
  }

  URI address() throws IOException {
    SocketAddress bound = listener.getLocalAddress();
    return URI.create(
        bound instanceof InetSocketAddress inet
            ? "http://127.0.0.1:" + inet.getPort()
            : "unix:" + bound);
  }

  /** The paths of the requests so far. */
  List<String> requested() {
    return requested;
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
      Request request = new Request(client, readHead(client));
      requested.add(request.path());
      answer.to(request);
    } catch (IOException e) {
      // The client left, as many tests expect.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String readHead(SocketChannel client) throws IOException {
    StringBuilder head = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (head.indexOf("\r\n\r\n") < 0) {
      if (client.read(one.clear()) < 0) {
        throw new IOException("no request");
      }
      head.append((char) one.get(0));
    }
    return head.toString();
  }

  /** One request and its connection. */
  final class Request {
    private final SocketChannel client;
    private final String head;

    private Request(SocketChannel client, String head) {
      this.client = client;
      this.head = head;
    }

    String head() {
      return head;
    }

    String path() {
      return head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP/"));
    }

    void send(String text) throws IOException {
      send(text.getBytes(ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        client.write(left);
      }
    }

    /** Sends a body that ends with the connection. */
    void ok(byte[] body) throws IOException {
      send("HTTP/1.1 200 OK\r\n\r\n");
      send(body);
    }

    /** Ends the connection by a reset. */
    void reset() throws IOException {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      client.close();
    }

    /** Sends nothing until the test is over. */
    void hang() throws InterruptedException {
      closed.await();
    }

    /** Waits; false when the test is over. */
    boolean pause(long millis) throws InterruptedException {
      return !closed.await(millis, TimeUnit.MILLISECONDS);
    }
  }
}
