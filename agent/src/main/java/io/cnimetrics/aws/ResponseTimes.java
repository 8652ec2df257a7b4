package io.cnimetrics.aws;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Times in the headers of an answer. */
public final class ResponseTimes {
  /** The longest wait. Longer values are reduced, because a proxy can send a wrong value. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  /** If the clocks differ by at least this time, the SDK corrects the time in its signatures. */
  private static final Duration CORRECTED = Duration.ofMinutes(4);

  private static final Duration FUTURE = Duration.ofHours(2);
  private static final Duration PAST = Duration.ofDays(13);

  private static final DateTimeFormatter SIGNED = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX");

  private ResponseTimes() {}

  /**
   * The wait that the header {@code Retry-After} requests. The header has a number of seconds or an
   * HTTP date. Empty if the header is missing, has another form, or has a time in the past.
   */
  public static Optional<Duration> retryAfter(SdkHttpResponse response, InstantSource clock) {
    return response
        .firstMatchingHeader("Retry-After")
        .flatMap(value -> wait(value.strip(), response, clock))
        .filter(wait -> !wait.isNegative() && !wait.isZero())
        .map(wait -> wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
  }

  private static Optional<Duration> wait(
      String value, SdkHttpResponse response, InstantSource clock) {
    if (value.matches("[0-9]+")) {
      // A number with more than 9 digits is wrong, and can be too large for a long.
      return Optional.of(
          value.length() > 9 ? LONGEST_WAIT : Duration.ofSeconds(Long.parseLong(value)));
    }
    // The answer's own date is preferred, because the node's clock can be wrong.
    Instant now = AwsHttp.date(response, "Date").orElseGet(clock::instant);
    return AwsHttp.date(response, "Retry-After").map(at -> Duration.between(now, at));
  }

  /**
   * Whether a request was refused because its signature has a wrong time. The SDK's exception does
   * not say so. After such an answer the SDK 2.54 signs its next requests with the time of the
   * server. Therefore this method compares the answer's date with the signed time of the request,
   * and not with the clock.
   */
  public static boolean isClockSkew(SdkHttpResponse refusal, SdkHttpRequest request) {
    boolean aboutSignature = refusal.statusCode() == 401 || refusal.statusCode() == 403;
    Optional<Instant> answered = AwsHttp.date(refusal, "Date");
    Optional<Instant> signed =
        request.firstMatchingHeader("X-Amz-Date").flatMap(ResponseTimes::signed);
    return aboutSignature
        && answered.isPresent()
        && signed.isPresent()
        && Duration.between(signed.get(), answered.get()).abs().compareTo(CORRECTED) >= 0;
  }

  /**
   * Whether CloudWatch refuses the node's minutes as too old or in the future because the node's
   * clock is wrong. The answer's date is the right time. CloudWatch accepts minutes up to two hours
   * ahead and up to two weeks old. A pending minute can be a day old.
   */
  public static boolean isFarOff(InstantSource clock, SdkHttpResponse refusal) {
    Instant now = clock.instant();
    return AwsHttp.date(refusal, "Date")
        .filter(right -> now.isAfter(right.plus(FUTURE)) || now.isBefore(right.minus(PAST)))
        .isPresent();
  }

  private static Optional<Instant> signed(String value) {
    try {
      return Optional.of(SIGNED.parse(value, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
