package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The current time in these tests is 2026-11-20 10:00 UTC. */
class ResponseTimesTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-20T10:00:00Z"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|PT1S",
        " 30 |PT30S",
        "300|PT5M",
        "301|PT5M",
        "99999999999999999999|PT5M",
        "Fri, 20 Nov 2026 10:00:45 GMT|PT45S",
        "Fri, 20 Nov 2026 11:00:00 GMT|PT5M"
      })
  void bothFormsAreReadAndBounded(String value, Duration wait) {
    assertThat(waitFor(value)).contains(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "-5", "1.5", "soon", "Fri, 20 Nov 2026 10:00:00 GMT", "2026-11-20"})
  void otherValuesAreIgnored(String value) {
    assertThat(waitFor(value)).isEmpty();
  }

  @Test
  void dateIsRelativeToTheAnswersDate() {
    SdkHttpResponse response =
        SdkHttpResponse.builder()
            .putHeader("Date", "Fri, 20 Nov 2026 07:00:00 GMT")
            .putHeader("Retry-After", "Fri, 20 Nov 2026 07:00:20 GMT")
            .build();
    assertThat(ResponseTimes.retryAfter(response, CLOCK)).contains(Duration.ofSeconds(20));
  }

  @Test
  void missingHeaderMeansNoWait() {
    assertThat(ResponseTimes.retryAfter(SdkHttpResponse.builder().build(), CLOCK)).isEmpty();
  }

  private static Optional<Duration> waitFor(String value) {
    return ResponseTimes.retryAfter(
        SdkHttpResponse.builder().putHeader("Retry-After", value).build(), CLOCK);
  }
}
