package io.cnimetrics.cloudwatch;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Whether a request was refused because it was signed with a wrong time. The SDK then takes the
 * answer's date for those that follow, but its last exception (2.54) has forgotten to tell.
 */
final class ClockSkew {
  /** From here on the SDK corrects the time. */
  private static final Duration CORRECTED = Duration.ofMinutes(4);

  private static final DateTimeFormatter SIGNED = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX");

  private ClockSkew() {}

  /**
   * Compares with the time in the request and not the node's, which stays wrong when the SDK
   * corrects it.
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
