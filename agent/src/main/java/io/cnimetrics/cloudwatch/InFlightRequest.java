package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.AwsHttp;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** One request and its answer, on its own connection; another thread can stop it. */
final class InFlightRequest {
  /** The maximum number of body bytes that are read; the rest is ignored. */
  static final int MAX_BODY_BYTES = 64 * 1024;

  /** The progress of the request. */
  enum Phase {
    /** Waits for an earlier request. */
    WAITING,
    /** Gets credentials. */
    PREPARING,
    /** Is being sent; this phase starts with the name lookup. */
    SENDING
  }

  private volatile boolean stopped;
  private volatile boolean started;
  private volatile Optional<SdkHttpRequest> head = Optional.empty();
  private volatile Optional<ExecutableHttpRequest> request = Optional.empty();
  private volatile Optional<SdkHttpResponse> response = Optional.empty();

  Phase phase() {
    if (head.isPresent()) {
      return Phase.SENDING;
    }
    return started ? Phase.PREPARING : Phase.WAITING;
  }

  /** The signed request without its body; empty before it is signed. */
  Optional<SdkHttpRequest> head() {
    return head;
  }

  /** Status and headers of the answer; empty before they arrive. */
  Optional<SdkHttpResponse> response() {
    return response;
  }

  /** Sends nothing more, and closes the connection so that no thread waits for it. */
  void stop() {
    stopped = true;
    if (request.isEmpty()) {
      return;
    }
    // The JDK closes a connection only after a running read of its body: another thread waits for
    // it.
    Thread closing = new Thread(this::close, "cloudwatch-stop");
    closing.setDaemon(true);
    closing.start();
  }

  /** Closes the connection in any case. */
  synchronized void close() {
    try {
      request.ifPresent(ExecutableHttpRequest::abort);
    } catch (RuntimeException e) {
      // The JDK's connection throws when two threads close it: then it is closed.
    }
  }

  /** Prepares the request; it is sent only when it is called. */
  ExecutableHttpRequest prepare(SdkHttpClient http, HttpExecuteRequest asked) {
    // Requests are a minute apart: no server keeps a connection open that long, and a closed one
    // would cause a failure. The header is not signed.
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
                      // The connection exists only now, and connecting can take long.
                      throwIfStopped();
                      return body.newStream();
                    }));
    ExecutableHttpRequest prepared = http.prepareRequest(sent.build());
    request = Optional.of(prepared);
    return AwsHttp.bounded(
        prepared, MAX_BODY_BYTES, () -> stopped, answer -> response = Optional.of(answer));
  }

  private void throwIfStopped() {
    if (stopped) {
      throw new UncheckedIOException(new InterruptedIOException("stopped waiting"));
    }
  }

  /**
   * The HTTP client that the SDK uses. Each request through it belongs to an {@link
   * InFlightRequest}.
   *
   * <p>The JDK sends a POST again when its answer is lost ({@code sun.net.http.retryPost}), which
   * would count datums twice. It does not do so for a body of known length, and the SDK's requests
   * always have one.
   */
  static final class Client implements SdkHttpClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The limit between two bytes; the same as the limit of a whole request. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    private final SdkHttpClient http = AwsHttp.builder(CONNECT_TIMEOUT, READ_TIMEOUT).build();
    private volatile InFlightRequest exchange = new InFlightRequest();

    /**
     * Assigns the following requests to this exchange, until the next call; one exchange runs at a
     * time.
     */
    void begin(InFlightRequest next) {
      next.started = true;
      exchange = next;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return exchange.prepare(http, request);
    }

    @Override
    public String clientName() {
      return http.clientName();
    }

    @Override
    public void close() {
      http.close();
    }
  }
}
