package io.cnimetrics.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Serves bodies by path on a loopback port; any other path gets ipamD's list of commands. */
public final class FakeIpamd implements AutoCloseable {
  private static final String COMMANDS = "{\"AvailableCommands\":[\"/v1/enis\"]}";

  private final HttpServer server;
  private final Map<String, Supplier<String>> bodies = new ConcurrentHashMap<>();

  public FakeIpamd() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "fake-ipamd");
              thread.setDaemon(true);
              return thread;
            }));
    server.start();
  }

  /** Serves a recorded node from now on. */
  public FakeIpamd serve(RecordedNode node) {
    bodies.put("/v1/enis", () -> node.enisAt(Instant.now()));
    bodies.put("/metrics", node::metrics);
    return this;
  }

  /** Serves a body under a path from now on. */
  public FakeIpamd serve(String path, String body) {
    bodies.put(path, () -> body);
    return this;
  }

  public URI introspectionUrl() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public URI metricsUrl() {
    return introspectionUrl().resolve("/metrics");
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body =
          bodies.getOrDefault(path, () -> COMMANDS).get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      // As ipamD does: longer answers come in chunks, without a length.
      exchange.sendResponseHeaders(200, body.length > 2048 ? 0 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
