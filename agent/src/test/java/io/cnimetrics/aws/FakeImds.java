package io.cnimetrics.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A fake instance metadata service (IMDSv2 only) with its own port. */
public final class FakeImds implements Closeable {
  public static final String TOKEN_PATH = "/latest/api/token";

  private static final String META_DATA = "/latest/meta-data/";
  private static final String TOKEN = "fake-token==";
  private static final String TOKEN_HEADER = "x-aws-ec2-metadata-token";
  private static final String TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, String> bodies = new ConcurrentHashMap<>();
  private final Map<String, Integer> failures = new ConcurrentHashMap<>();
  private final Map<String, Integer> failuresLeft = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String hangsAt = "nowhere";
  private volatile String token = TOKEN;

  private FakeImds(HttpServer server) {
    this.server = server;
  }

  /** Returns a service that has only session tokens. */
  public static FakeImds empty() throws IOException {
    FakeImds imds =
        new FakeImds(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    imds.server.createContext("/", imds::answer);
    imds.server.setExecutor(imds.threads);
    imds.server.start();
    return imds;
  }

  /** Returns an {@code m5.xlarge} in {@code eu-west-1a} that does not show its tags. */
  public static FakeImds ofAnInstance() throws IOException {
    return empty()
        .with("instance-id", "i-0123456789abcdef0")
        .with("instance-type", "m5.xlarge")
        .with("placement/region", "eu-west-1")
        .with("placement/availability-zone", "eu-west-1a");
  }

  /** Sets a value, by its path below {@code /latest/meta-data/}. */
  public FakeImds with(String path, String body) {
    bodies.put(META_DATA + path, body);
    return this;
  }

  /** Shows these tags. */
  public FakeImds withTags(Map<String, String> tags) {
    with("tags/instance", String.join("\n", tags.keySet()));
    tags.forEach((key, value) -> with("tags/instance/" + key, value));
    return this;
  }

  /** Issues this token, and accepts no other. */
  public FakeImds withToken(String value) {
    token = value;
    return this;
  }

  /** Answers the next requests for a full path, such as {@link #TOKEN_PATH}, with a status. */
  public FakeImds failing(String path, int status, int times) {
    failures.put(path, status);
    failuresLeft.put(path, times);
    return this;
  }

  /** Never answers requests for a full path. */
  public FakeImds hangingAt(String path) {
    hangsAt = path;
    return this;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** All requests so far, such as {@code GET /latest/meta-data/instance-id}. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    if (path.equals(hangsAt)) {
      awaitClose();
    }
    if (failuresLeft.merge(path, -1, Integer::sum) >= 0) {
      respond(exchange, failures.getOrDefault(path, 500), "failing");
    } else if (path.equals(TOKEN_PATH)) {
      answerToken(exchange);
    } else if (!token.equals(exchange.getRequestHeaders().getFirst(TOKEN_HEADER))) {
      respond(exchange, 401, "");
    } else if (bodies.containsKey(path)) {
      respond(exchange, 200, bodies.getOrDefault(path, ""));
    } else {
      respond(exchange, 404, "");
    }
  }

  private void answerToken(HttpExchange exchange) throws IOException {
    String ttl = exchange.getRequestHeaders().getFirst(TTL_HEADER);
    if (!exchange.getRequestMethod().equals("PUT") || ttl == null) {
      respond(exchange, 400, "");
      return;
    }
    exchange.getResponseHeaders().add(TTL_HEADER, ttl);
    respond(exchange, 200, token);
  }

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
