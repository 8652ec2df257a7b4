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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One HTTP listener on the loopback address, with its faults. All its threads are daemons. */
final class Endpoint implements AutoCloseable {
  /** What an endpoint serves, and how it fails just now; called by several threads. */
  interface Content {
    Optional<HttpFault.Kind> httpFault();

    HttpReply answer(String path);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
  private static final String HOST = "127.0.0.1";
  private static final int THREADS = 2;
  private static final int MOST_HUNG = 32;
  // Go's server sends longer bodies in chunks, without a length.
  private static final int LONGEST_UNCHUNKED_BYTES = 2048;

  private final Source source;
  private final int port;
  private final Content content;
  private final Closeable holdsPort;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, Endpoint::daemonThread);
  private final Deque<HttpExchange> hung = new ArrayDeque<>();

  private Endpoint(Source source, int port, Content content, Closeable holdsPort) {
    this.source = source;
    this.port = port;
    this.content = content;
    this.holdsPort = holdsPort;
  }

  /**
   * Listens.
   *
   * @param port 0 to pick a free one
   */
  static Endpoint open(Source source, int port, Content content) throws IOException {
    HttpServer server = HttpServer.create(address(port), 0);
    Endpoint endpoint =
        new Endpoint(source, server.getAddress().getPort(), content, () -> server.stop(0));
    endpoint.start(server);
    return endpoint;
  }

  /**
   * Refuses connections: bound, so that nobody else gets the port meanwhile, but not listening.
   *
   * @param port 0 to pick a free one
   */
  static Endpoint refusing(Source source, int port, Content content) throws IOException {
    Socket bound = new Socket();
    try {
      // Connections of an earlier server may still be ending.
      bound.setReuseAddress(true);
      bound.bind(address(port));
      return new Endpoint(source, bound.getLocalPort(), content, bound);
    } catch (IOException e) {
      bound.close();
      throw e;
    }
  }

  int port() {
    return port;
  }

  String url(String path) {
    return "http://%s:%d%s".formatted(HOST, port, path);
  }

  @Override
  public void close() {
    try {
      holdsPort.close();
    } catch (IOException e) {
      LOG.warn("port {} of {} cannot be closed: {}", port, source.label(), e.toString());
    }
    threads.shutdownNow();
  }

  private void start(HttpServer listening) throws IOException {
    listening.createContext("/", this::handleOrLog);
    listening.setExecutor(threads);
    try {
      // The server's own thread is a daemon if the one that starts it is.
      threads.submit(listening::start).get();
    } catch (ExecutionException e) {
      throw new IOException("the %s listener did not start".formatted(source.label()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void handleOrLog(HttpExchange exchange) throws IOException {
    try {
      handle(exchange);
    } catch (RuntimeException e) {
      // The JDK's server would only drop the connection.
      LOG.error("simulated {} failed: path={}", source.label(), exchange.getRequestURI(), e);
      throw e;
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    Optional<HttpFault.Kind> failure = content.httpFault();
    if (failure.isEmpty()) {
      send(exchange, answer(exchange));
      return;
    }
    switch (failure.get()) {
      case REFUSE -> exchange.close();
      case HANG -> hang(exchange);
      case STATUS_500 -> send(exchange, HttpReply.serverError());
      case TRUNCATE -> truncate(exchange, answer(exchange));
      case GARBAGE -> send(exchange, answer(exchange).garbage());
    }
  }

  private HttpReply answer(HttpExchange exchange) {
    return content.answer(exchange.getRequestURI().getPath());
  }

  private void send(HttpExchange exchange, HttpReply answer) throws IOException {
    byte[] body = begin(exchange, answer);
    // To this server a length of 0 means chunks.
    long length = body.length > LONGEST_UNCHUNKED_BYTES ? 0 : body.length;
    exchange.sendResponseHeaders(answer.status(), length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void truncate(HttpExchange exchange, HttpReply answer) throws IOException {
    byte[] body = begin(exchange, answer);
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body, 0, body.length / 2);
    exchange.getResponseBody().flush();
    exchange.close();
  }

  /** Sets what describes the body, and returns it as it goes over the wire. */
  private byte[] begin(HttpExchange exchange, HttpReply answer) throws IOException {
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    if (source == Source.METRICS && offersGzip(exchange)) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      return gzipped(body);
    }
    return body;
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

  /** Holds the connection but no thread; the oldest go, as their clients will have long gone. */
  private void hang(HttpExchange exchange) {
    synchronized (hung) {
      hung.addLast(exchange);
      if (hung.size() > MOST_HUNG) {
        hung.removeFirst().close();
      }
    }
  }

  private static InetSocketAddress address(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private static Thread daemonThread(Runnable work) {
    Thread thread = new Thread(work, "simulated-ipamd");
    thread.setDaemon(true);
    return thread;
  }
}
