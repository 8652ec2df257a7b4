package io.cnimetrics.cloudwatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The header {@code Retry-After} in its two forms: seconds, or an HTTP date. */
final class RetryAfter {
  /** Upper bound: a bogus value of a proxy must not silence the agent for a day. */
  static final Duration LONGEST = Duration.ofMinutes(5);

  private RetryAfter() {}

  /** How long to wait; empty if the header is missing, has neither form, or lies in the past. */
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
      // A number with more digits is bogus and may not fit a long.
      return Optional.of(value.length() > 9 ? LONGEST : Duration.ofSeconds(Long.parseLong(value)));
    }
    // Relative to the answer's own date, if it has one: the node's clock may be wrong.
    Instant now =
        response.firstMatchingHeader("Date").flatMap(HttpDate::parse).orElseGet(clock::instant);
    return HttpDate.parse(value).map(at -> Duration.between(now, at));
  }
}
