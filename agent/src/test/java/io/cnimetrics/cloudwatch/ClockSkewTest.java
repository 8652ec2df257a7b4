package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.assertAnswer;
import static io.cnimetrics.cloudwatch.SinkFixture.put;
import static io.cnimetrics.cloudwatch.SinkFixture.sinkAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.RawServer.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkGlobalTime;

/**
 * A node with a wrong clock. The tests set the service's clock instead, which has the same effect.
 */
@Timeout(30)
class ClockSkewTest {
  private static final Pattern SIGNED = Pattern.compile("(?i)x-amz-date: (\\w+)");

  private final Instant serviceTime = Instant.now().plus(Duration.ofHours(5));

  /** The SDK's correction applies to all clients, so each test resets the correction. */
  @AfterEach
  void resetTheCorrection() {
    SdkGlobalTime.setGlobalTimeOffset(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired"})
  void nextRequestIsSignedWithTheServicesTime(String code) throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(refusing(code));
        CloudWatchSink sink = sinkAt(server.url())) {
      assertAnswer(put(sink, LIMIT), Status.RETRYABLE).contains(code, "clock");
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(signedAt(server.heads().get(1)))
          .isCloseTo(serviceTime, within(1, ChronoUnit.MINUTES));
    }
  }

  @Test
  void missingPermissionIsNotClockSkew() throws IOException {
    try (RawCloudWatch server =
            new RawCloudWatch(refusing("InvalidSignatureException"), refusing("AccessDenied"));
        CloudWatchSink sink = sinkAt(server.url())) {
      assertThat(put(sink, LIMIT).status()).isEqualTo(Status.RETRYABLE);
      assertThat(put(sink, LIMIT).status()).isEqualTo(Status.UNAUTHORIZED);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, RETRYABLE", "9000, RETRYABLE", "-400, RETRYABLE", "1, INVALID", "-1, INVALID"})
  void datumsAreNoInvalidDatumsIfTheClockIsFarOff(long hoursAhead, Status expected)
      throws IOException {
    Instant right = SinkFixture.MINUTE.minus(Duration.ofHours(hoursAhead));
    try (RawCloudWatch server = new RawCloudWatch(refusing(400, "InvalidParameterValue", right));
        CloudWatchSink sink = sinkAt(server.url())) {
      PutResult answer = put(sink, LIMIT);
      assertThat(answer.status()).isEqualTo(expected);
      assertThat(answer.message().contains("correct the node's time synchronisation"))
          .isEqualTo(expected == Status.RETRYABLE);
    }
  }

  private Answer refusing(String code) {
    return refusing(403, code, serviceTime);
  }

  private static Answer refusing(int status, String code, Instant at) {
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atZone(ZoneOffset.UTC));
    return request ->
        request.refuse(status, "Date: " + date + "\r\n", Cbor.error(code, "Signature expired"));
  }

  private static Instant signedAt(String head) {
    Matcher signed = SIGNED.matcher(head);
    assertThat(signed.find()).isTrue();
    return DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX").parse(signed.group(1), Instant::from);
  }
}
