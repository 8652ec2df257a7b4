package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.imds.Ec2MetadataClientException;
import software.amazon.awssdk.imds.Ec2MetadataRetryPolicy;

/** IMDSv2 through the SDK's client. Its many exceptions become one exception with a reason. */
final class MetadataService implements AutoCloseable {
  /** Far longer than one reading. The SDK's default is six hours, without a renewal before. */
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(1);

  private static final Ec2MetadataRetryPolicy ONE_RETRY =
      Ec2MetadataRetryPolicy.builder()
          .numRetries(1)
          .backoffStrategy(attempt -> Duration.ofMillis(50))
          .build();

  private final MetadataHttp http;
  private final Ec2MetadataClient client;

  private MetadataService(MetadataHttp http, Ec2MetadataClient client) {
    this.http = http;
    this.client = client;
  }

  /** The service did not answer as expected; more requests are useless. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;
    private final String fact;

    /**
     * @param fact the request and the answer
     */
    Failed(Reason reason, String fact) {
      super(fact);
      this.reason = reason;
      this.fact = fact;
    }

    Reason reason() {
      return reason;
    }

    String fact() {
      return fact;
    }
  }

  /**
   * Sends nothing yet.
   *
   * @param endpoint sets the endpoint, or leaves it to the SDK's settings
   * @throws Failed if the settings give no endpoint
   */
  static MetadataService open(
      MetadataHttp http, UnaryOperator<Ec2MetadataClient.Builder> endpoint) {
    Ec2MetadataClient.Builder builder =
        Ec2MetadataClient.builder().httpClient(http).retryPolicy(ONE_RETRY).tokenTtl(TOKEN_LIFE);
    try {
      return new MetadataService(http, endpoint.apply(builder).build());
    } catch (RuntimeException e) {
      throw unusableSettings(e);
    }
  }

  /**
   * The body at a path such as {@code /latest/meta-data/instance-id}, at most {@link
   * MetadataHttp#MAX_BODY_BYTES} and one; empty if the path does not exist.
   *
   * @throws Failed for every other failure, after one retry of a transient one
   */
  Optional<String> get(String path) {
    try {
      return Optional.of(client.get(path).asString());
    } catch (Ec2MetadataClientException e) {
      if (e.statusCode() == 404 && http.last().method().equals("GET")) {
        return Optional.empty();
      }
      throw refused(e.statusCode());
    } catch (RuntimeException e) {
      // Not only SDK exceptions: a token that is not a valid header value is an
      // IllegalArgumentException.
      throw failed(e);
    }
  }

  /** The failure for a body that is not a value of the expected form. */
  Failed unusable(String body) {
    return new Failed(
        Reason.MALFORMED,
        http.last() + " was answered with no usable value (length " + body.length() + ")");
  }

  @Override
  public void close() {
    client.close();
  }

  /** For an invalid endpoint or mode, or an AWS configuration file that cannot be parsed. */
  private static Failed unusableSettings(RuntimeException e) {
    return new Failed(
        Reason.MALFORMED,
        "the settings for instance metadata are invalid: " + new RootCause(e).message());
  }

  private Failed refused(int status) {
    if (status < 0) {
      return new Failed(Reason.MALFORMED, http.last() + " was not answered in HTTP");
    }
    Reason reason =
        switch (status) {
          case 401, 403 -> Reason.DENIED;
          case 404 -> Reason.NOT_FOUND;
          default -> Reason.BAD_STATUS;
        };
    return new Failed(reason, http.last() + " was answered with status " + status);
  }

  private Failed failed(RuntimeException e) {
    if (!http.hasAsked()) {
      return unusableSettings(e);
    }
    if (RootCause.first(e, RetryableException.class).isPresent()) {
      return refused(http.last().status());
    }
    RootCause failure = RootCause.of(e);
    // Any other exception quotes an invalid header value: the token, which is secret.
    boolean quotable = failure.isIo() || failure.origin() instanceof SdkException;
    return new Failed(
        failure.reason(),
        http.last()
            + " failed: "
            + (quotable ? failure.message() : "the token is not a valid header value"));
  }
}
