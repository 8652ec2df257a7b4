package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.wire.UrlSecrets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.imds.Ec2MetadataClientException;
import software.amazon.awssdk.imds.Ec2MetadataRetryPolicy;

/** A client of IMDSv2 that uses the SDK's client. Converts exceptions to {@link Failed}. */
final class MetadataService implements AutoCloseable {
  /** The lifetime of a session token. All requests of one reading need much less time. */
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(1);

  private static final Ec2MetadataRetryPolicy ONE_RETRY =
      Ec2MetadataRetryPolicy.builder()
          .numRetries(1)
          .backoffStrategy(attempt -> Duration.ofMillis(50))
          .build();

  /**
   * The maximum length of a body, in bytes. A longer body is cut to this length plus 1 byte, so
   * that callers can recognize it.
   */
  static final int MAX_BODY_BYTES = 16 * 1024;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(1);
  private static final LastRequest NOTHING_YET = new LastRequest("", "none");

  private final UnaryOperator<Ec2MetadataClient.Builder> endpoint;
  private final SdkHttpClient http = new StoppableHttp();
  private Optional<Ec2MetadataClient> client = Optional.empty();
  private final CurrentCall call = new CurrentCall();
  private volatile LastRequest last = NOTHING_YET;

  /**
   * @param endpoint sets the endpoint, or keeps the endpoint of the SDK's settings
   */
  MetadataService(UnaryOperator<Ec2MetadataClient.Builder> endpoint) {
    this.endpoint = endpoint;
  }

  record LastRequest(String method, String url) {
    @Override
    public String toString() {
      return (method + " " + url).strip();
    }
  }

  /** The service did not answer as expected. Further requests in this reading are useless. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /**
     * @param fact the request and the answer
     */
    Failed(Reason reason, String fact) {
      super(fact);
      this.reason = reason;
    }

    Reason reason() {
      return reason;
    }

    String fact() {
      return String.valueOf(getMessage());
    }
  }

  /** The current request or, if no request is running, the last request. */
  LastRequest last() {
    return last;
  }

  /** Prevents further requests, and stops the current request. */
  void stop() {
    call.stop();
  }

  /**
   * Returns the body at a path such as {@code /latest/meta-data/instance-id}, or empty if the path
   * does not exist. The body has at most {@link #MAX_BODY_BYTES} + 1 bytes.
   *
   * @throws Failed if the settings are invalid, or if the request fails for another reason. After a
   *     transient failure, the request is first repeated once
   */
  Optional<String> get(String path) {
    try {
      return Optional.of(client.orElseGet(this::open).get(path).asString());
    } catch (Ec2MetadataClientException e) {
      if (e.statusCode() == 404 && last.method().equals("GET")) {
        return Optional.empty();
      }
      throw refused(e.statusCode());
    } catch (RuntimeException e) {
      // This also catches the IllegalArgumentException for a token that is not a valid header
      // value.
      throw failed(e);
    }
  }

  /** Returns the failure for a body that does not have the expected form. */
  Failed unusable(String body) {
    return new Failed(
        Reason.MALFORMED,
        last + " returned a value that cannot be used (length " + body.length() + ")");
  }

  @Override
  public void close() {
    client.ifPresent(Ec2MetadataClient::close);
  }

  private Ec2MetadataClient open() {
    Ec2MetadataClient.Builder builder =
        Ec2MetadataClient.builder().httpClient(http).retryPolicy(ONE_RETRY).tokenTtl(TOKEN_LIFE);
    Ec2MetadataClient opened = endpoint.apply(builder).build();
    client = Optional.of(opened);
    return opened;
  }

  private Failed refused(int status) {
    if (status < 0) {
      return new Failed(Reason.MALFORMED, last + " did not get an HTTP answer");
    }
    Reason reason =
        switch (status) {
          case 401, 403 -> Reason.DENIED;
          case 404 -> Reason.NOT_FOUND;
          default -> Reason.BAD_STATUS;
        };
    return new Failed(reason, last + " was answered with status " + status);
  }

  private Failed failed(RuntimeException e) {
    if (last.equals(NOTHING_YET)) {
      // The endpoint or its mode is invalid, or the AWS configuration file cannot be parsed.
      return new Failed(
          Reason.MALFORMED,
          "the settings for instance metadata are invalid: " + new RootCause(e).message());
    }
    if (RootCause.first(e, RetryableException.class).isPresent()) {
      return refused(call.answer().map(SdkHttpResponse::statusCode).orElse(0));
    }
    RootCause failure = RootCause.of(e);
    // The messages of all other exceptions can contain the token, which is secret.
    boolean quotable = failure.isIo() || failure.origin() instanceof SdkException;
    return new Failed(
        failure.reason(),
        last
            + " failed: "
            + (quotable ? failure.message() : "the token is not a valid header value"));
  }

  /**
   * A client whose request can be stopped. Never uses a proxy, because a proxy on another instance
   * would return the metadata of that instance.
   */
  private final class StoppableHttp implements SdkHttpClient {
    private final AwsHttp connections =
        AwsHttp.direct(CONNECT_TIMEOUT, READ_TIMEOUT).reading(MAX_BODY_BYTES + 1);

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      SdkHttpRequest asked = request.httpRequest();
      String url = UrlSecrets.hiddenIn(asked.getUri().toString());
      last = new LastRequest(asked.method().name(), url);
      return call.begin(connections.prepareRequest(request));
    }

    @Override
    public void close() {}
  }
}
