package io.cnimetrics.cloudwatch;

import io.cnimetrics.publish.Answer;
import io.cnimetrics.publish.Answer.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.SdkHttpResponse;

/** What came of one exchange, in the words of those who publish. */
final class ResponseClassifier {
  private final InFlightRequest exchange;
  private final String namespace;
  private final HeldCredentials credentials;
  private final InstantSource clock;

  ResponseClassifier(
      InFlightRequest exchange,
      String namespace,
      HeldCredentials credentials,
      InstantSource clock) {
    this.exchange = exchange;
    this.namespace = namespace;
    this.credentials = credentials;
    this.clock = clock;
  }

  /** For an answer that the SDK takes for success. */
  Answer succeeded() {
    return exchange.response().filter(ResponseClassifier::isPage).isPresent()
        ? refused(ErrorKind.UNKNOWN, "a page for people")
        : Answer.ACCEPTED;
  }

  /** For what the SDK throws in place of an answer. */
  Answer failed(RuntimeException e) {
    return first(e, CredentialsException.class)
        .map(this::withoutCredentials)
        .or(() -> first(e, AwsServiceException.class).map(this::refused))
        .or(() -> exchange.response().flatMap(this::unreadable))
        .orElseGet(() -> unanswered(e));
  }

  /** For an exchange that has not ended in time. */
  Answer late(Duration limit) {
    return hasSucceeded() ? succeeded() : unfinished(limit);
  }

  /** For an exchange whose end nobody waits for. */
  Answer interrupted() {
    return hasSucceeded()
        ? succeeded()
        : answer(Outcome.PASSING, "was interrupted", "it can be sent again");
  }

  /**
   * Whether the status says so already: PutMetricData's answer has no content to wait for, and to
   * send the request again would count it twice.
   */
  private boolean hasSucceeded() {
    return exchange.response().filter(SdkHttpResponse::isSuccessful).isPresent();
  }

  private Answer unfinished(Duration limit) {
    String within = String.format(Locale.ROOT, " within %.1f s", limit.toMillis() / 1000.0);
    return switch (exchange.phase()) {
      case WAITING ->
          answer(
              Outcome.PASSING,
              "was not begun" + within,
              "the request before it has not ended, or no time was left");
      case PREPARING ->
          answer(
              Outcome.PASSING, "had no credentials" + within, ConnectionErrors.CREDENTIALS_WAY_OUT);
      case SENDING ->
          answer(Outcome.PASSING, "had no whole answer" + within, ConnectionErrors.ROUTE_WAY_OUT);
    };
  }

  private Answer withoutCredentials(CredentialsException e) {
    return answer(
        e.isPassing() ? Outcome.PASSING : Outcome.DENIED,
        "has no credentials (" + quoted(e.reason()) + ")",
        ConnectionErrors.CREDENTIALS_WAY_OUT);
  }

  private Answer refused(AwsServiceException e) {
    Optional<AwsErrorDetails> details = Optional.ofNullable(e.awsErrorDetails());
    String code = details.map(AwsErrorDetails::errorCode).orElse("");
    ErrorKind refusal =
        ErrorKind.of(
            e.statusCode(),
            code,
            e.isThrottlingException(),
            e.isClockSkewException() || isBehindClock());
    if (refusal == ErrorKind.EXPIRED) {
      credentials.renew();
    }
    String words = details.map(AwsErrorDetails::errorMessage).orElse("");
    // Words without a code are not CloudWatch's.
    boolean quotable = refusal.isQuotable() && !code.isBlank() && !words.isBlank();
    return refused(refusal, quotable ? code + ": " + words : code);
  }

  /** For an answer whose body the SDK could not make sense of. */
  private Optional<Answer> unreadable(SdkHttpResponse response) {
    return response.isSuccessful()
        ? Optional.empty()
        : Optional.of(refused(ErrorKind.of(response.statusCode(), "", false, false), ""));
  }

  private Answer refused(ErrorKind refusal, String words) {
    int status = exchange.response().map(SdkHttpResponse::statusCode).orElse(0);
    String said = words.isBlank() ? "" : ", " + quoted(words);
    return answer(refusal.outcome(), "was answered with status " + status + said, refusal.wayOut());
  }

  private Answer unanswered(RuntimeException e) {
    Throwable origin = first(e, IOException.class).map(Throwable.class::cast).orElse(e);
    return answer(
        Outcome.PASSING,
        "failed: " + quoted(ConnectionErrors.told(origin)),
        ConnectionErrors.wayOut(origin));
  }

  private boolean isBehindClock() {
    return exchange
        .response()
        .filter(
            response ->
                exchange.head().filter(head -> ClockSkew.isBehind(response, head)).isPresent())
        .isPresent();
  }

  private Answer answer(Outcome outcome, String whatHappened, String wayOut) {
    String to =
        exchange
            .head()
            .map(head -> " at %s://%s:%d".formatted(head.protocol(), head.host(), head.port()))
            .orElse("");
    return new Answer(
        outcome,
        exchange.response().flatMap(response -> RetryAfter.of(response, clock)),
        "PutMetricData into " + Redacted.of(namespace) + to + " " + whatHappened + "; " + wayOut);
  }

  private String quoted(String words) {
    return Redacted.of(credentials.hiddenIn(words));
  }

  /**
   * The SDK looks at no content, as PutMetricData's answer has none: so the page of a proxy, such
   * as its login, would pass for success.
   */
  private static boolean isPage(SdkHttpResponse response) {
    return response
        .firstMatchingHeader("Content-Type")
        .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("text/html"))
        .isPresent();
  }

  private static <T extends Throwable> Optional<T> first(Throwable e, Class<T> type) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }
}
