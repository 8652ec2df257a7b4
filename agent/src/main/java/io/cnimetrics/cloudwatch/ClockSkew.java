package io.cnimetrics.cloudwatch;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Whether a request was refused because it was signed with a wrong time. The SDK then uses the
 * answer's date for the next requests, but its final exception (2.54) does not report the skew.
 */
final class ClockSkew {
  /** The SDK corrects the time from this difference on. */
  private static final Duration CORRECTED = Duration.ofMinutes(4);

  private static final DateTimeFormatter SIGNED = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX");

  private ClockSkew() {}

  /**
   * Compares with the time in the request, not the node's clock: the SDK's correction does not
   * change the clock.
   */
  static boolean isBehind(SdkHttpResponse refusal, SdkHttpRequest request) {
    boolean aboutSignature = refusal.statusCode() == 401 || refusal.statusCode() == 403;
    Optional<Instant> answered = refusal.firstMatchingHeader("Date").flatMap(HttpDate::parse);
    Optional<Instant> signed = request.firstMatchingHeader("X-Amz-Date").flatMap(ClockSkew::signed);
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
