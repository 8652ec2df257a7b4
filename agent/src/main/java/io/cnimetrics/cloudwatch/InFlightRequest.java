package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.BoundedBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** One request and its answer, on a connection of their own; another thread may end it. */
final class InFlightRequest {
  /** The longest body that is read, in bytes; the rest is as if it had not been sent. */
  static final int MAX_BODY_BYTES = 64 * 1024;

  /** How far it has come. */
  enum Phase {
    /** Behind another one. */
    WAITING,
    /** Getting credentials. */
    PREPARING,
    /** On its way, from looking up the name on. */
    SENDING
  }

  private volatile boolean stopped;
  private volatile boolean begun;
  private volatile Optional<SdkHttpRequest> head = Optional.empty();
  private volatile Optional<ExecutableHttpRequest> request = Optional.empty();
  private volatile Optional<SdkHttpResponse> response = Optional.empty();

  void begin() {
    begun = true;
  }

  Phase phase() {
    if (head.isPresent()) {
      return Phase.SENDING;
    }
    return begun ? Phase.PREPARING : Phase.WAITING;
  }

  /** What is sent before the body, once it is signed. */
  Optional<SdkHttpRequest> head() {
    return head;
  }

  /** Status and headers, once they have come. */
  Optional<SdkHttpResponse> response() {
    return response;
  }

  /** Has nothing sent from now on, and closes the connection so that nobody waits for it. */
  void stop() {
    stopped = true;
    if (request.isEmpty()) {
      return;
    }
    // The JDK closes a connection whose body is being read only after that read: let others wait.
    Thread closing = new Thread(this::close, "cloudwatch-stop");
    closing.setDaemon(true);
    closing.start();
  }

  /** Leaves no connection behind, whatever came of it. */
  synchronized void close() {
    try {
      request.ifPresent(ExecutableHttpRequest::abort);
    } catch (RuntimeException e) {
      // The JDK's connection trips over its own end when two threads end it: then it has ended.
    }
  }

  /** The request as it will be sent, and only when it is called. */
  ExecutableHttpRequest prepare(SdkHttpClient http, HttpExecuteRequest asked) {
    // Requests are a minute apart: nobody keeps a connection open that long, and to find it closed
    // would cost a failure. The header is no part of what is signed.
    SdkHttpRequest closing =
        asked.httpRequest().toBuilder().putHeader("Connection", "close").build();
    head = Optional.of(closing);
    HttpExecuteRequest.Builder sent = HttpExecuteRequest.builder().request(closing);
    asked
        .contentStreamProvider()
        .ifPresent(
            body ->
                sent.contentStreamProvider(
                    () -> {
                      // Only now is there a connection, and connecting may have taken long.
                      throwIfStopped();
                      return body.newStream();
                    }));
    ExecutableHttpRequest prepared = http.prepareRequest(sent.build());
    request = Optional.of(prepared);
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        throwIfStopped();
        return bounded(prepared.call());
      }

      @Override
      public void abort() {
        prepared.abort();
      }
    };
  }

  private HttpExecuteResponse bounded(HttpExecuteResponse answer) {
    response = Optional.of(answer.httpResponse());
    HttpExecuteResponse.Builder bounded =
        HttpExecuteResponse.builder().response(answer.httpResponse());
    answer
        .responseBody()
        .map(body -> AbortableInputStream.create(cut(body), body))
        .ifPresent(bounded::responseBody);
    return bounded.build();
  }

  private BoundedBody cut(InputStream body) {
    return new BoundedBody(body, MAX_BODY_BYTES, this::throwIfStopped);
  }

  private void throwIfStopped() {
    if (stopped) {
      throw new UncheckedIOException(new InterruptedIOException("stopped waiting"));
    }
  }
}
