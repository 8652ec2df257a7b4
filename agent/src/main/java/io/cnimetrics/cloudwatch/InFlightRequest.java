package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.AwsHttp;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.HttpStatusCode;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** One request and its answer on a separate connection. Another thread can stop the request. */
final class InFlightRequest {
  /**
   * What the SDK receives instead of an answer with a 2xx status. CloudWatch accepts the datums
   * before it sends the status, and the rest of its answer has no content. If the SDK read the
   * rest, a wrong checksum, encoding or body would be an error, and the datums would be sent twice.
   */
  private static final HttpExecuteResponse SUCCESS =
      HttpExecuteResponse.builder()
          .response(SdkHttpResponse.builder().statusCode(HttpStatusCode.OK).build())
          .responseBody(AbortableInputStream.createEmpty())
          .build();

  /** The progress of the request. */
  enum Phase {
    /** The request waits for an earlier request. */
    WAITING,
    /** The request needs credentials, which are being fetched. */
    PREPARING,
    /** The request is being sent. This phase starts with the name lookup. */
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

  /** The signed request without the body. Empty before the request is signed. */
  Optional<SdkHttpRequest> head() {
    return head;
  }

  /** The status and headers of the answer. Empty before the headers arrive. */
  Optional<SdkHttpResponse> response() {
    return response;
  }

  /** Stops sending. Closes the connection, so that no thread waits for an answer. */
  void stop() {
    stopped = true;
    if (request.isEmpty()) {
      return;
    }
    // The JDK closes a connection only after a running read of the body has ended. A new thread
    // waits for this end.
    Thread closing = new Thread(this::close, "cloudwatch-stop");
    closing.setDaemon(true);
    closing.start();
  }

  /** Closes the connection. Throws no exception. */
  synchronized void close() {
    request.ifPresent(AwsHttp::abort);
  }

  /** Prepares a request that is sent when {@link ExecutableHttpRequest#call} is called. */
  ExecutableHttpRequest prepare(SdkHttpClient http, HttpExecuteRequest asked) {
    // The next request follows a minute later. Servers close an idle connection before that, and a
    // request on a closed connection fails. The signature does not include this header.
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
                      // Connecting can take long. Another thread may have stopped the request.
                      throwIfStopped();
                      return body.newStream();
                    }));
    ExecutableHttpRequest prepared = http.prepareRequest(sent.build());
    request = Optional.of(prepared);
    ExecutableHttpRequest bounded =
        AwsHttp.bounded(
            prepared,
            AwsHttp.MAX_BODY_BYTES,
            () -> stopped,
            answer -> response = Optional.of(answer));
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        HttpExecuteResponse answer = bounded.call();
        return answer.httpResponse().isSuccessful() ? SUCCESS : answer;
      }

      @Override
      public void abort() {
        bounded.abort();
      }
    };
  }

  private void throwIfStopped() {
    if (stopped) {
      throw new UncheckedIOException(new InterruptedIOException("the request was stopped"));
    }
  }

  /**
   * The HTTP client that the SDK uses. Each request of this client belongs to an {@link
   * InFlightRequest}.
   *
   * <p>If an answer is lost, the JDK repeats the POST ({@code sun.net.http.retryPost}), which would
   * count the datums twice. The JDK does not repeat a POST whose body has a known length. The
   * bodies of the SDK always have a known length.
   */
  static final class Client implements SdkHttpClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The time limit for each wait for bytes. It equals the limit of a whole request. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    private final SdkHttpClient http = AwsHttp.client(CONNECT_TIMEOUT, READ_TIMEOUT);
    private volatile InFlightRequest exchange = new InFlightRequest();

    /** Assigns the next requests to an exchange. Only one exchange runs at a time. */
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
