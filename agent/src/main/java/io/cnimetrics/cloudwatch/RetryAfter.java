package io.cnimetrics.cloudwatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The header {@code Retry-After}, in either form: seconds, or the date of an HTTP header. */
final class RetryAfter {
  /** The longest that is believed: a slip of a proxy's must not silence a node for a day. */
  static final Duration LONGEST = Duration.ofMinutes(5);

  private RetryAfter() {}

  /** How long to wait; empty without the header, or if it is neither form or in the past. */
  static Optional<Duration> of(SdkHttpResponse response, InstantSource clock) {
    return response
        .firstMatchingHeader("Retry-After")
        .flatMap(value -> parsed(value.strip(), response, clock))
        .filter(wait -> !wait.isNegative() && !wait.isZero())
        .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
  }

  private static Optional<Duration> parsed(
      String value, SdkHttpResponse response, InstantSource clock) {
    if (value.matches("[0-9]+")) {
      // More digits than these are a slip, and no long.
      return Optional.of(value.length() > 9 ? LONGEST : Duration.ofSeconds(Long.parseLong(value)));
    }
    // From the answer's own date, if it has one: the node's clock may be off.
    Instant now =
        response.firstMatchingHeader("Date").flatMap(HttpDate::parse).orElseGet(clock::instant);
    return HttpDate.parse(value).map(at -> Duration.between(now, at));
  }
}
