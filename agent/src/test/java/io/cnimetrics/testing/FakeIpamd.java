package io.cnimetrics.testing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/** Serves bodies by path on a loopback port; any other path gets ipamD's list of commands. */
public final class FakeIpamd implements AutoCloseable {
  private static final String COMMANDS = "{\"AvailableCommands\":[\"/v1/enis\"]}";

  private final LoopbackServer server = new LoopbackServer(this::answer);
  private final Map<String, Supplier<String>> bodies = new ConcurrentHashMap<>();

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

  /**
   * Serves the bodies of a list, one for each request of a path. Later requests get the last body.
   */
  public FakeIpamd serveInTurn(String path, List<String> inTurn) {
    Deque<String> left = new ConcurrentLinkedDeque<>(inTurn);
    bodies.put(path, () -> left.size() > 1 ? left.remove() : left.element());
    return this;
  }

  public URI introspectionUrl() {
    return server.url();
  }

  public URI metricsUrl() {
    return introspectionUrl().resolve("/metrics");
  }

  @Override
  public void close() {
    server.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body =
          bodies.getOrDefault(path, () -> COMMANDS).get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      // Like ipamD, sends longer answers in chunks, without a length.
      exchange.sendResponseHeaders(200, body.length > 2048 ? 0 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
