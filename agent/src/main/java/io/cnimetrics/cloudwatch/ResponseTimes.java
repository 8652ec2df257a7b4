package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.AwsHttp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Times in the headers of an answer. */
final class ResponseTimes {
  /** Upper bound: a bogus value of a proxy must not silence the agent for a day. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  /** The SDK corrects the time from this difference on. */
  private static final Duration CORRECTED = Duration.ofMinutes(4);

  private static final DateTimeFormatter SIGNED = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX");

  private ResponseTimes() {}

  /**
   * How long to wait, by {@code Retry-After} in its two forms: seconds, or an HTTP date. Empty if
   * the header is missing, has neither form, or lies in the past.
   */
  static Optional<Duration> retryAfter(SdkHttpResponse response, InstantSource clock) {
    return response
        .firstMatchingHeader("Retry-After")
        .flatMap(value -> wait(value.strip(), response, clock))
        .filter(wait -> !wait.isNegative() && !wait.isZero())
        .map(wait -> wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
  }

  private static Optional<Duration> wait(
      String value, SdkHttpResponse response, InstantSource clock) {
    if (value.matches("[0-9]+")) {
      // A number with more digits is bogus and may not fit a long.
      return Optional.of(
          value.length() > 9 ? LONGEST_WAIT : Duration.ofSeconds(Long.parseLong(value)));
    }
    // Relative to the answer's own date, if it has one: the node's clock may be wrong.
    Instant now = AwsHttp.date(response, "Date").orElseGet(clock::instant);
    return AwsHttp.date(response, "Retry-After").map(at -> Duration.between(now, at));
  }

  /**
   * Whether a request was refused because it was signed with a wrong time. The SDK then uses the
   * answer's date for the next requests, but its final exception (2.54) does not report the skew.
   * Compares with the time in the request: the SDK's correction does not change the node's clock.
   */
  static boolean isClockSkew(SdkHttpResponse refusal, SdkHttpRequest request) {
    boolean aboutSignature = refusal.statusCode() == 401 || refusal.statusCode() == 403;
    Optional<Instant> answered = AwsHttp.date(refusal, "Date");
    Optional<Instant> signed =
        request.firstMatchingHeader("X-Amz-Date").flatMap(ResponseTimes::signed);
    return aboutSignature
        && answered.isPresent()
        && signed.isPresent()
        && Duration.between(signed.get(), answered.get()).abs().compareTo(CORRECTED) >= 0;
  }

  private static Optional<Instant> signed(String value) {
    try {
      return Optional.of(SIGNED.parse(value, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
