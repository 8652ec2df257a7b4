package io.cnimetrics.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.cnimetrics.snapshot.Source;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP server on the loopback address that simulates faults. All threads are daemons. */
final class Endpoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
  private static final String HOST = "127.0.0.1";
  private static final int THREADS = 2;
  private static final int MOST_HUNG = 32;
  // A text that is neither JSON nor Prometheus text.
  private static final String GARBAGE = "\u0000\u0007\u001b]{{garbage \ufffd".repeat(16);
  // Go's HTTP server sends longer bodies in chunks, without a Content-Length.
  private static final int LONGEST_UNCHUNKED_BYTES = 2048;

  private final Source source;
  private final Supplier<Optional<HttpFault.Kind>> fault;
  private final Function<String, Reply> replies;
  private final int port;
  private final Closeable holdsPort;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, Endpoint::daemonThread);
  private final Deque<HttpExchange> hung = new ArrayDeque<>();

  /**
   * Binds the port.
   *
   * @param port the port to bind; 0 picks a free port
   * @param refuses whether to refuse all connections. No server then listens on the port, but the
   *     port stays bound, so that no other process can use the port.
   * @param fault returns the current fault; several threads call this function
   * @param replies returns the response to a path; several threads call this function
   */
  Endpoint(
      Source source,
      int port,
      boolean refuses,
      Supplier<Optional<HttpFault.Kind>> fault,
      Function<String, Reply> replies)
      throws IOException {
    this.source = source;
    this.fault = fault;
    this.replies = replies;
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    InetSocketAddress address = new InetSocketAddress(loopback, port);
    if (refuses) {
      Socket bound = bind(address);
      this.port = bound.getLocalPort();
      this.holdsPort = bound;
    } else {
      HttpServer server = HttpServer.create(address, 0);
      this.port = server.getAddress().getPort();
      this.holdsPort = () -> server.stop(0);
      start(server);
    }
  }

  private static Socket bind(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    try {
      // Allows the bind while connections of an earlier server on this port are still closing.
      socket.setReuseAddress(true);
      socket.bind(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  String url(String path) {
    return "http://%s:%d%s".formatted(HOST, port, path);
  }

  @Override
  public void close() {
    try {
      holdsPort.close();
    } catch (IOException e) {
      LOG.warn("cannot close port {} of {}: {}", port, source.label(), e.toString());
    }
    threads.shutdownNow();
  }

  private void start(HttpServer listening) {
    listening.createContext("/", this::handleOrLog);
    listening.setExecutor(threads);
    // The thread that starts the server is a daemon. Therefore the server's own thread is also a
    // daemon. The join is needed because a server that has not started throws when it is stopped.
    CompletableFuture.runAsync(listening::start, threads).join();
  }

  private void handleOrLog(HttpExchange exchange) throws IOException {
    try {
      handle(exchange);
    } catch (RuntimeException e) {
      // After an exception the JDK's server only closes the connection. Therefore the error is
      // logged here.
      LOG.error("{} cannot answer a request: path={}", source.label(), exchange.getRequestURI(), e);
      throw e;
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    Optional<HttpFault.Kind> now = fault.get();
    if (now.isEmpty()) {
      send(exchange, reply(exchange), false);
      return;
    }
    switch (now.get()) {
      case REFUSE -> exchange.close();
      case HANG -> hang(exchange);
      case STATUS_500 -> send(exchange, Reply.SERVER_ERROR, false);
      case TRUNCATE -> send(exchange, reply(exchange), true);
      case GARBAGE -> send(exchange, reply(exchange).with(GARBAGE), false);
    }
  }

  private Reply reply(HttpExchange exchange) {
    return replies.apply(exchange.getRequestURI().getPath());
  }

  /**
   * Sends the response. If {@code cut} is true, announces the full length but sends only half of
   * the body.
   */
  private void send(HttpExchange exchange, Reply reply, boolean cut) throws IOException {
    byte[] body = reply.body().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", reply.contentType());
    if (source == Source.METRICS && offersGzip(exchange)) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      body = gzipped(body);
    }
    // The JDK's server sends chunks if the given length is 0.
    boolean chunked = !cut && body.length > LONGEST_UNCHUNKED_BYTES;
    exchange.sendResponseHeaders(reply.status(), chunked ? 0 : body.length);
    exchange.getResponseBody().write(body, 0, cut ? body.length / 2 : body.length);
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private static boolean offersGzip(HttpExchange exchange) {
    String offered = exchange.getRequestHeaders().getFirst("Accept-Encoding");
    return offered != null && offered.contains("gzip");
  }

  private static byte[] gzipped(byte[] body) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(body);
    }
    return zipped.toByteArray();
  }

  /**
   * Keeps the connection open without a thread. If too many connections hang, closes the oldest
   * connection, because its client has timed out already.
   */
  private void hang(HttpExchange exchange) {
    synchronized (hung) {
      hung.addLast(exchange);
      if (hung.size() > MOST_HUNG) {
        hung.removeFirst().close();
      }
    }
  }

  private static Thread daemonThread(Runnable work) {
    Thread thread = new Thread(work, "simulated-ipamd");
    thread.setDaemon(true);
    return thread;
  }

  record Reply(int status, String contentType, String body) {
    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";
    private static final Reply SERVER_ERROR = new Reply(500, PLAIN_TEXT, "Internal Server Error\n");

    /** ipamD sends JSON with the content type of plain text. */
    static Reply json(String body) {
      return new Reply(200, PLAIN_TEXT, body);
    }

    Reply with(String otherBody) {
      return new Reply(status, contentType, otherBody);
    }

    static Reply metrics(String body, CniVersion version) {
      String escaping = version.atLeast(18, 0) ? "; escaping=underscores" : "";
      return new Reply(200, "text/plain; version=0.0.4; charset=utf-8" + escaping, body);
    }
  }
}
