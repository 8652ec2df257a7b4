package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.AwsHttp;
import io.cnimetrics.aws.CurrentCall;
import io.cnimetrics.aws.HttpCall;
import java.io.IOException;
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
   * Replaces each answer that has a 2xx status. This status means that CloudWatch has accepted the
   * datums. If the SDK read the rest of the answer, an error in the rest would cause a second
   * request, and the datums would count twice.
   */
  private static final HttpExecuteResponse SUCCESS =
      HttpExecuteResponse.builder()
          .response(SdkHttpResponse.builder().statusCode(HttpStatusCode.OK).build())
          .responseBody(AbortableInputStream.createEmpty())
          .build();

  enum Phase {
    /** The request waits for an earlier request. */
    WAITING,
    /** The request needs credentials, which are being fetched. */
    PREPARING,
    /** The request is being sent. This phase starts with the name lookup. */
    SENDING
  }

  private volatile boolean started;
  private volatile Optional<SdkHttpRequest> head = Optional.empty();
  private final CurrentCall call = new CurrentCall();

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

  /** The status and headers of the answer. Empty before the status line arrives. */
  Optional<SdkHttpResponse> response() {
    return call.answer();
  }

  /** Closes the connection. A request that is not sent yet is never sent. */
  void stop() {
    call.stop();
  }

  /** Prepares a request that is sent when {@link ExecutableHttpRequest#call} is called. */
  ExecutableHttpRequest prepare(AwsHttp http, HttpExecuteRequest asked) {
    head = Optional.of(asked.httpRequest());
    HttpCall prepared = call.begin(http.prepareRequest(asked));
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        HttpExecuteResponse answer = prepared.call();
        return answer.httpResponse().isSuccessful() ? SUCCESS : answer;
      }

      @Override
      public void abort() {
        prepared.abort();
      }
    };
  }

  /**
   * The HTTP client that the SDK uses. Each request of this client belongs to an {@link
   * InFlightRequest}.
   */
  static final class Client implements SdkHttpClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The time limit for each wait for bytes, which equals the limit of a whole request. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    private final AwsHttp http = AwsHttp.client(CONNECT_TIMEOUT, READ_TIMEOUT);
    private volatile InFlightRequest current = new InFlightRequest();

    /** Sets the request that the client sends next. Only one request runs at a time. */
    void begin(InFlightRequest next) {
      next.started = true;
      current = next;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return current.prepare(http, request);
    }

    @Override
    public String clientName() {
      return http.clientName();
    }

    @Override
    public void close() {}
  }
}
