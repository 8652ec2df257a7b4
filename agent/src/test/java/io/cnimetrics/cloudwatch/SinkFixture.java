package io.cnimetrics.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.aws.Credentials;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.FakeClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractStringAssert;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Sinks and datums for tests, with credentials that must not appear anywhere. */
final class SinkFixture {
  static final String KEY_ID = "planted-key-id";
  static final String SECRET = "planted+secret/key=";
  static final String TOKEN = "planted-session-token";

  static final String NAMESPACE = "Kubernetes/CNI";
  static final Duration LIMIT = Duration.ofSeconds(10);
  static final Instant MINUTE = Instant.parse("2026-11-20T10:00:00Z");
  static final FakeClock CLOCK = new FakeClock(MINUTE);

  private static final AwsCredentials PLANTED = AwsSessionCredentials.create(KEY_ID, SECRET, TOKEN);

  private SinkFixture() {}

  static CloudWatchSink sinkAt(String endpoint) {
    return sinkAt(endpoint, PLANTED);
  }

  static CloudWatchSink sinkAt(String endpoint, AwsCredentials credentials) {
    return new CloudWatchSink(
        "eu-west-1",
        builder -> builder.endpointOverride(URI.create(endpoint)),
        Credentials.of(credentials),
        CLOCK);
  }

  static Datum datum(String metric) {
    return new Datum(metric, MINUTE, 1, Unit.COUNT, Map.of("CLUSTER_ID", "prod"));
  }

  static List<Datum> datums(int count) {
    return IntStream.range(0, count).mapToObj(i -> datum("metric" + i)).toList();
  }

  /** Puts one datum with a new sink. */
  static PutResult putAt(String endpoint, Duration limit) {
    try (CloudWatchSink sink = sinkAt(endpoint)) {
      return put(sink, limit);
    }
  }

  /** Puts one datum. */
  static PutResult put(CloudWatchSink sink, Duration limit) {
    return sink.put(NAMESPACE, datums(1), limit);
  }

  /** Checks the status, and returns an assertion about the message. */
  static AbstractStringAssert<?> assertAnswer(PutResult answer, Status status) {
    assertThat(answer.status()).isEqualTo(status);
    return assertThat(answer.message());
  }
}
