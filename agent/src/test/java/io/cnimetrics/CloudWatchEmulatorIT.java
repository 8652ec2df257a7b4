package io.cnimetrics;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.testing.AwsClients;
import io.cnimetrics.testing.CloudWatchEmulator;
import io.cnimetrics.testing.CloudWatchEmulator.Series;
import io.cnimetrics.testing.Gate;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.CloudWatchException;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.TagDescription;

/** Checks the emulator's behaviour that other tests need. */
class CloudWatchEmulatorIT {
  private static final String NAMESPACE = "Kubernetes/CNI";
  private static final String METRIC = "assignIPAddresses";
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Instant FIRST = Instant.parse("2026-11-20T10:00:00Z");
  private static final Instant SECOND = FIRST.plus(MINUTE);
  private static final AtomicInteger CLUSTERS = new AtomicInteger();

  private static CloudWatchEmulator emulator;

  /** A cluster that only this test uses. */
  private final Map<String, String> cluster =
      Map.of("CLUSTER_ID", "emulator-" + CLUSTERS.incrementAndGet());

  @BeforeAll
  static void startEmulator() {
    emulator = CloudWatchEmulator.shared();
  }

  @Test
  void statisticsOfAMinuteCombineTheDatumsOfAllNodes() {
    for (double node : List.of(3.0, 5.0, 10.0)) {
      put(emulator.cloudWatch(), datum(FIRST, node), datum(SECOND, node + 1));
    }

    assertThat(minutes(Statistic.SUM)).isEqualTo(Map.of(FIRST, 18.0, SECOND, 21.0));
    assertThat(minutes(Statistic.SAMPLE_COUNT)).isEqualTo(Map.of(FIRST, 3.0, SECOND, 3.0));
    assertThat(minutes(Statistic.AVERAGE)).isEqualTo(Map.of(FIRST, 6.0, SECOND, 7.0));
    assertThat(minutes(Statistic.MINIMUM)).isEqualTo(Map.of(FIRST, 3.0, SECOND, 4.0));
    assertThat(minutes(Statistic.MAXIMUM)).isEqualTo(Map.of(FIRST, 10.0, SECOND, 11.0));
  }

  @Test
  void minuteIncludesItsStartAndExcludesItsEnd() {
    put(
        emulator.cloudWatch(),
        datum(FIRST.minusMillis(1), 1),
        datum(FIRST, 2),
        datum(SECOND.minusMillis(1), 4),
        datum(SECOND, 8));

    assertThat(minutes(Statistic.SUM)).isEqualTo(Map.of(FIRST, 6.0, SECOND, 8.0));
  }

  @Test
  void longerPeriodCombinesItsMinutes() {
    put(emulator.cloudWatch(), datum(FIRST, 1), datum(SECOND, 2));

    assertThat(
            emulator.series(
                NAMESPACE,
                METRIC,
                cluster,
                Statistic.SUM,
                FIRST,
                FIRST.plusSeconds(300),
                Duration.ofMinutes(5)))
        .isEqualTo(Map.of(FIRST, 3.0));
  }

  @Test
  void seriesIsFoundByItsExactDimensionsAndNamespace() {
    put(emulator.cloudWatch(), datum(FIRST, 1));

    assertThat(minutes("Kubernetes", cluster)).isEmpty();
    assertThat(minutes(NAMESPACE, Map.of())).isEmpty();
    assertThat(emulator.metrics(NAMESPACE)).contains(new Series(METRIC, cluster));
    assertThat(emulator.metrics("Kubernetes")).isEmpty();
  }

  @Test
  void thousandDatumsArriveGzipped() {
    HeaderRecorder recorder = new HeaderRecorder();
    try (CloudWatchClient client = AwsClients.cloudWatch(emulator.endpoint(), recorder)) {
      put(
          client,
          IntStream.rangeClosed(1, 1000)
              .mapToObj(value -> datum(FIRST, value))
              .toArray(MetricDatum[]::new));
    }

    assertThat(recorder.contentEncoding).isEqualTo("gzip");
    assertThat(minutes(Statistic.SAMPLE_COUNT)).isEqualTo(Map.of(FIRST, 1000.0));
    assertThat(minutes(Statistic.SUM)).isEqualTo(Map.of(FIRST, 500_500.0));
  }

  @Test
  void seriesOfAllPagesAreListed() {
    List<MetricDatum> datums =
        IntStream.range(0, 1000)
            .mapToObj(i -> datum(FIRST, i).toBuilder().metricName("metric-" + i).build())
            .toList();
    put(emulator.cloudWatch(), datums.toArray(MetricDatum[]::new));

    assertThat(emulator.metrics(NAMESPACE))
        .containsAll(
            datums.stream().map(datum -> new Series(datum.metricName(), cluster)).toList());
  }

  @Test
  void oneNanFailsTheWholeRequestWithTheServicesErrorCode() {
    assertThatThrownBy(() -> put(emulator.cloudWatch(), datum(FIRST, 1), datum(FIRST, Double.NaN)))
        .isInstanceOfSatisfying(
            CloudWatchException.class,
            error -> {
              assertThat(error.statusCode()).isEqualTo(400);
              assertThat(error.awsErrorDetails().errorCode()).contains("InvalidParameterValue");
            });
    assertThat(minutes(Statistic.SUM)).isEmpty();
  }

  @Test
  void emulatorKeepsItsDatumsDuringAnOutage() {
    try (Gate gate = new Gate(emulator.endpoint());
        CloudWatchClient client = AwsClients.cloudWatch(gate.endpoint())) {
      put(client, datum(FIRST, 1));
      gate.shut();
      assertThatThrownBy(() -> put(client, datum(FIRST, 2)))
          .isInstanceOf(SdkClientException.class)
          .hasRootCauseInstanceOf(ConnectException.class);
      gate.open();
      put(client, datum(FIRST, 4));
    }

    assertThat(minutes(Statistic.SUM)).isEqualTo(Map.of(FIRST, 5.0));
  }

  @Test
  void tagsOfAnInstanceAreDescribed() {
    String other = emulator.createInstance(Map.of("eks:cluster-name", "other"));
    String instance = emulator.createInstance(Map.of("eks:cluster-name", "prod", "team", "net"));

    assertThat(other).isNotEqualTo(instance);
    assertThat(tags(instance)).isEqualTo(Map.of("eks:cluster-name", "prod", "team", "net"));
  }

  private Map<Instant, Double> minutes(Statistic statistic) {
    return emulator.series(
        NAMESPACE, METRIC, cluster, statistic, FIRST, FIRST.plusSeconds(300), MINUTE);
  }

  private static Map<Instant, Double> minutes(String namespace, Map<String, String> dimensions) {
    return emulator.series(
        namespace, METRIC, dimensions, Statistic.SUM, FIRST, FIRST.plusSeconds(300), MINUTE);
  }

  private static Map<String, String> tags(String instance) {
    Filter ofInstance = Filter.builder().name("resource-id").values(instance).build();
    Stream<TagDescription> tags =
        emulator.ec2().describeTags(request -> request.filters(ofInstance)).tags().stream();
    return tags.collect(toMap(TagDescription::key, TagDescription::value));
  }

  private static void put(CloudWatchClient client, MetricDatum... datums) {
    client.putMetricData(request -> request.namespace(NAMESPACE).metricData(datums));
  }

  private MetricDatum datum(Instant at, double value) {
    return MetricDatum.builder()
        .metricName(METRIC)
        .timestamp(at)
        .value(value)
        .dimensions(
            cluster.entrySet().stream()
                .map(of -> Dimension.builder().name(of.getKey()).value(of.getValue()).build())
                .toList())
        .build();
  }

  /** Records the encoding of the last request's body. */
  private static final class HeaderRecorder implements ExecutionInterceptor {
    private volatile String contentEncoding = "none";

    @Override
    public void beforeTransmission(
        Context.BeforeTransmission context, ExecutionAttributes attributes) {
      contentEncoding =
          context.httpRequest().firstMatchingHeader("Content-Encoding").orElse("none");
    }
  }
}
