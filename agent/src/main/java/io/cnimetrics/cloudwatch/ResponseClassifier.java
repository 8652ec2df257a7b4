package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.Credentials;
import io.cnimetrics.aws.CredentialsException;
import io.cnimetrics.aws.Redacted;
import io.cnimetrics.aws.ResponseTimes;
import io.cnimetrics.aws.RootCause;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Converts the result of one request to a {@link PutResult}. */
record ResponseClassifier(
    InFlightRequest inFlight, String namespace, Credentials credentials, InstantSource clock) {
  private static final String NO_CREDENTIALS = "NO_CREDENTIALS";

  /** The result for an answer that the SDK regards as a success. */
  PutResult succeeded() {
    return inFlight.response().filter(ResponseClassifier::isPage).isPresent()
        ? refused(ErrorKind.UNKNOWN, "", "an HTML page")
        : PutResult.ACCEPTED;
  }

  /** The result for an exception of the SDK, or for an answer that overflows the stack. */
  PutResult failed(Throwable e) {
    return hasSucceeded() ? succeeded() : withoutSuccess(e);
  }

  private PutResult withoutSuccess(Throwable e) {
    return RootCause.first(e, CredentialsException.class)
        .map(this::withoutCredentials)
        .or(() -> RootCause.first(e, AwsServiceException.class).map(this::refused))
        .or(() -> inFlight.response().map(this::unreadable))
        .orElseGet(() -> unanswered(RootCause.of(e)));
  }

  PutResult late(Duration limit) {
    return hasSucceeded() ? succeeded() : unfinished(limit);
  }

  PutResult interrupted() {
    return hasSucceeded()
        ? succeeded()
        : answer(
            Status.RETRYABLE,
            "INTERRUPTED",
            "was interrupted",
            "the agent can send the request again");
  }

  /**
   * Whether a status of success arrived. The rest of the answer to PutMetricData has no content.
   * Without this check, the agent would send the datums again, and they would count twice.
   */
  private boolean hasSucceeded() {
    return inFlight.response().filter(SdkHttpResponse::isSuccessful).isPresent();
  }

  private PutResult unfinished(Duration limit) {
    String within = String.format(Locale.ROOT, " within %.1f s", limit.toMillis() / 1000.0);
    return switch (inFlight.phase()) {
      case WAITING ->
          answer(
              Status.RETRYABLE,
              "NOT_STARTED",
              "was not started" + within,
              "the previous request has not finished, or no time was left");
      case PREPARING ->
          answer(
              Status.RETRYABLE,
              NO_CREDENTIALS,
              "had no credentials%s (%s)".formatted(within, credentials),
              "this source is slow or does not answer; the agent tries again");
      case SENDING -> answer(ErrorKind.NO_ANSWER, "", "had no complete answer" + within);
    };
  }

  private PutResult withoutCredentials(CredentialsException e) {
    return answer(
        e.isOutage() ? Status.RETRYABLE : Status.UNAUTHORIZED,
        NO_CREDENTIALS,
        "has no credentials (" + quoted(String.valueOf(e.getMessage())) + ")",
        e.remedy());
  }

  private PutResult refused(AwsServiceException e) {
    Optional<AwsErrorDetails> details = Optional.ofNullable(e.awsErrorDetails());
    String code = details.map(AwsErrorDetails::errorCode).orElse("");
    ErrorKind kind =
        ErrorKind.of(
            e.statusCode(),
            code,
            e.isThrottlingException(),
            e.isClockSkewException() || isClockSkew());
    if (kind == ErrorKind.INVALID && inFlight.response().filter(this::isFarOff).isPresent()) {
      kind = ErrorKind.WRONG_TIMES;
    }
    if (kind == ErrorKind.EXPIRED || kind == ErrorKind.NOT_KNOWN) {
      credentials.renew();
    }
    String message = details.map(AwsErrorDetails::errorMessage).orElse("");
    // A message without a code does not come from CloudWatch.
    boolean quotable = kind.isQuotable() && !code.isBlank() && !message.isBlank();
    return refused(kind, code, quotable ? code + ": " + message : code);
  }

  /** The result for an answer whose body the SDK cannot parse. */
  private PutResult unreadable(SdkHttpResponse response) {
    return refused(ErrorKind.of(response.statusCode(), "", false, false), "", "");
  }

  private PutResult refused(ErrorKind kind, String code, String message) {
    int status = inFlight.response().map(SdkHttpResponse::statusCode).orElse(0);
    String quoted = message.isBlank() ? "" : ", " + quoted(message);
    return answer(kind, code, "was answered with status " + status + quoted);
  }

  private PutResult unanswered(RootCause cause) {
    return answer(ErrorKind.of(cause.origin()), "", "failed: " + quoted(cause.message()));
  }

  private boolean isFarOff(SdkHttpResponse response) {
    return ResponseTimes.isFarOff(clock, response);
  }

  private boolean isClockSkew() {
    return inFlight
        .response()
        .flatMap(response -> inFlight.head().map(head -> ResponseTimes.isClockSkew(response, head)))
        .orElse(false);
  }

  /**
   * @param code the service's error code. If it is empty, the result has the name of the kind as
   *     its code. A request that is too large always has the code {@link PutResult#TOO_LARGE}
   */
  private PutResult answer(ErrorKind kind, String code, String whatHappened) {
    String known = code.isBlank() || kind == ErrorKind.TOO_LARGE ? kind.name() : quoted(code);
    return answer(kind.outcome, known, whatHappened, kind.remedy);
  }

  private PutResult answer(Status outcome, String code, String whatHappened, String remedy) {
    String to =
        inFlight
            .head()
            .map(head -> " at %s://%s:%d".formatted(head.protocol(), head.host(), head.port()))
            .orElse("");
    return new PutResult(
        outcome,
        inFlight.response().flatMap(response -> ResponseTimes.retryAfter(response, clock)),
        code,
        "PutMetricData into " + Redacted.of(namespace) + to + " " + whatHappened,
        remedy);
  }

  private String quoted(String text) {
    return Redacted.of(text, credentials.secrets());
  }

  /**
   * Whether the answer is an HTML page that AWS did not send, such as the login page of a proxy.
   * Every answer of AWS has a request id.
   */
  private static boolean isPage(SdkHttpResponse response) {
    return response.firstMatchingHeader("x-amzn-RequestId").isEmpty()
        && response
            .firstMatchingHeader("Content-Type")
            .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("text/html"))
            .isPresent();
  }
}
