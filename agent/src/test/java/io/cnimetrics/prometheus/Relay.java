package io.cnimetrics.prometheus;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.cnimetrics.otlp.OtlpReceiver;
import io.cnimetrics.testing.Gate;
import io.cnimetrics.testing.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes each OTLP request to Prometheus and to the stand-in for CloudWatch. For the agent this is
 * one receiver, which can be unreachable or lose its answers.
 */
final class Relay implements AutoCloseable {
  /** The headers that belong to the signature or to the body. They are passed on. */
  private static final List<String> PASSED =
      List.of(
          "Host",
          "Authorization",
          "Content-Type",
          "Content-Encoding",
          "User-Agent",
          "X-Amz-Content-Sha256",
          "X-Amz-Date",
          "X-Amz-Security-Token");

  /**
   * The signature of a request covers the header {@code Host}, so this header must be passed on.
   */
  private final HttpClient http =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  private final LoopbackServer server = new LoopbackServer(this::handle);
  private final Gate gate = new Gate(server.url());
  private final AtomicInteger answersToLose = new AtomicInteger();
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final URI prometheus;
  private final OtlpReceiver cloudWatch;

  /**
   * @param prometheus Prometheus' URL for OTLP metrics
   */
  Relay(URI prometheus, OtlpReceiver cloudWatch) {
    this.prometheus = prometheus;
    this.cloudWatch = cloudWatch;
  }

  URI url() {
    return gate.endpoint();
  }

  /** Refuses connections, or accepts connections again. */
  void away(boolean away) {
    if (away) {
      gate.shut();
    } else {
      gate.open();
    }
  }

  /** The receivers get this number of next requests, but the agent gets no answers. */
  void loseAnswers(int number) {
    answersToLose.set(number);
  }

  /** The answers that were not 200. */
  List<String> refusals() {
    return refusals;
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    gate.close();
    server.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      requests.incrementAndGet();
      HttpResponse<byte[]> first = pass(exchange, body, prometheus);
      HttpResponse<byte[]> second = pass(exchange, body, cloudWatch.metricsUrl());
      HttpResponse<byte[]> worse = first.statusCode() == 200 ? second : first;
      if (answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        return;
      }
      worse
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      exchange.sendResponseHeaders(
          worse.statusCode(), worse.body().length == 0 ? -1 : worse.body().length);
      exchange.getResponseBody().write(worse.body());
    }
  }

  private HttpResponse<byte[]> pass(HttpExchange exchange, byte[] body, URI to) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(to).POST(BodyPublishers.ofByteArray(body));
    for (String name : PASSED) {
      List<String> values = exchange.getRequestHeaders().getOrDefault(name, List.of());
      values.forEach(value -> request.header(name, value));
    }
    try {
      HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        refusals.add(
            to + ": " + answer.statusCode() + " " + new String(answer.body(), UTF_8).strip());
      }
      return answer;
    } catch (IOException e) {
      refusals.add(to + ": " + e);
      throw e;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
