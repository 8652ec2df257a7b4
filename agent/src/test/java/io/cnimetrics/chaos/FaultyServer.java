package io.cnimetrics.chaos;

import com.sun.net.httpserver.HttpExchange;
import io.cnimetrics.testing.Gate;
import io.cnimetrics.testing.LoopbackServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** A server on its own port, which has at most one fault at a time. */
final class FaultyServer implements AutoCloseable {
  /**
   * With this pause between bytes, no body of ipamD is complete within the time limit of a poll.
   */
  private static final long BETWEEN_BYTES_NANOS = Duration.ofMillis(200).toNanos();

  private static final long BETWEEN_BODIES_NANOS = Duration.ofMillis(10).toNanos();

  private static final int NOISE_BYTES = 4_000;

  private final Service service;
  private final LoopbackServer server;
  private final Gate gate;
  private final List<HttpExchange> held = new ArrayList<>();
  private volatile Optional<Kind> fault = Optional.empty();

  /** The service that answers the requests. */
  interface Service {
    /**
     * Handles a request.
     *
     * @param fault the current fault, which some services consider in their answer
     * @param heard whether the agent receives the answer
     */
    Reply answer(HttpExchange request, byte[] body, Optional<Kind> fault, boolean heard)
        throws IOException;

    /** The service's answer with an error. */
    Reply error(int status, String code);

    /** Whether an answer during a fault is an old answer, which must not arrive as a whole. */
    default boolean repeatsAnswers() {
      return false;
    }
  }

  FaultyServer(Service service) {
    this.service = service;
    this.server = new LoopbackServer(this::handle);
    this.gate = new Gate(server.url());
  }

  URI url() {
    return gate.endpoint();
  }

  void begin(Kind kind) {
    fault = Optional.of(kind);
    if (kind == Kind.REFUSE) {
      gate.shut();
    }
  }

  void end() {
    if (fault.equals(Optional.of(Kind.REFUSE))) {
      gate.open();
    }
    fault = Optional.empty();
    synchronized (held) {
      held.forEach(HttpExchange::close);
      held.clear();
    }
  }

  @Override
  public void close() {
    gate.close();
    server.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try {
      Optional<Kind> now = fault;
      Kind kind = now.orElse(Kind.IPAMD_RESTART);
      switch (kind) {
        case RESET -> exchange.close();
        case HANG -> hold(exchange);
        case LOST_ANSWER -> {
          answer(exchange, now, false);
          exchange.close();
        }
        case TRICKLE -> trickle(exchange, answer(exchange, now, true));
        case TRUNCATE -> truncate(exchange, answer(exchange, now, false));
        case GARBAGE -> send(exchange, noise());
        case WRONG_CHECKSUM -> sendWith("x-amz-crc32", "1", exchange, answer(exchange, now, true));
        case FALSE_GZIP ->
            sendWith("Content-Encoding", "gzip", exchange, answer(exchange, now, true));
        case NESTED -> send(exchange, answer(exchange, now, true).nested());
        case NESTED_FAULT -> send(exchange, service.error(kind.status(), kind.code()).nested());
        case ENDLESS -> sendWithoutEnd(exchange, answer(exchange, now, true));
        case PROXY_PAGE -> send(exchange, Reply.page(200));
        case TOO_LARGE, INVALID_DATUM -> send(exchange, answer(exchange, now, true));
        default ->
            send(
                exchange,
                kind.status() > 0
                    ? service.error(kind.status(), kind.code())
                    : answer(exchange, now, true));
      }
    } catch (IOException e) {
      // The client closed the connection, for example because it was killed.
      exchange.close();
    }
  }

  private Reply answer(HttpExchange exchange, Optional<Kind> now, boolean heard)
      throws IOException {
    return service.answer(exchange, exchange.getRequestBody().readAllBytes(), now, heard);
  }

  private static Reply noise() {
    byte[] noise = new byte[NOISE_BYTES];
    new Random().nextBytes(noise);
    return new Reply(200, "text/plain", noise);
  }

  private void hold(HttpExchange exchange) {
    synchronized (held) {
      held.add(exchange);
    }
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    exchange.getRequestBody().readAllBytes();
    begin(exchange, reply).write(reply.body());
    exchange.close();
  }

  private static void sendWith(String name, String value, HttpExchange exchange, Reply reply)
      throws IOException {
    exchange.getResponseHeaders().set(name, value);
    send(exchange, reply);
  }

  private void sendWithoutEnd(HttpExchange exchange, Reply reply) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", reply.contentType());
    exchange.sendResponseHeaders(reply.status(), 0);
    while (fault.equals(Optional.of(Kind.ENDLESS))) {
      exchange.getResponseBody().write(reply.nested().body());
      LockSupport.parkNanos(BETWEEN_BODIES_NANOS);
    }
    exchange.close();
  }

  private static void truncate(HttpExchange exchange, Reply reply) throws IOException {
    OutputStream body = begin(exchange, reply);
    body.write(reply.body(), 0, reply.body().length / 2);
    body.flush();
    exchange.close();
  }

  private void trickle(HttpExchange exchange, Reply reply) throws IOException {
    OutputStream body = begin(exchange, reply);
    for (byte next : reply.body()) {
      if (fault.isEmpty() && service.repeatsAnswers()) {
        break;
      }
      body.write(next);
      body.flush();
      LockSupport.parkNanos(fault.isPresent() ? BETWEEN_BYTES_NANOS : 0);
    }
    exchange.close();
  }

  private static OutputStream begin(HttpExchange exchange, Reply reply) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", reply.contentType());
    exchange.sendResponseHeaders(
        reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
    return exchange.getResponseBody();
  }
}
