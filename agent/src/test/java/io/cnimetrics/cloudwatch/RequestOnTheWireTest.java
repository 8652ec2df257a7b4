package io.cnimetrics.cloudwatch;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.MINUTE;
import static io.cnimetrics.cloudwatch.SinkFixture.NAMESPACE;
import static io.cnimetrics.cloudwatch.SinkFixture.sinkAt;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

@Timeout(30)
class RequestOnTheWireTest {
  @RegisterExtension
  static final WireMockExtension CLOUDWATCH =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.options().dynamicPort())
          .build();

  @Test
  void requestContainsOnlyTheDatum() throws IOException {
    Map<String, String> dimensions = new LinkedHashMap<>();
    dimensions.put("NODE", "ip-10-0-0-1");
    dimensions.put("CLUSTER_ID", "prod");
    LoggedRequest request =
        sent(List.of(new Datum("eniAllocated", MINUTE, 2, Unit.COUNT, dimensions)));
    assertThat(request.getUrl())
        .isEqualTo("/service/GraniteServiceVersion20100801/operation/PutMetricData");
    assertThat(Cbor.read(request.getBody()))
        .isEqualTo(
            Map.of(
                "Namespace",
                NAMESPACE,
                "MetricData",
                List.of(
                    Map.of(
                        "MetricName",
                        "eniAllocated",
                        "Timestamp",
                        (double) MINUTE.getEpochSecond(),
                        "Value",
                        2.0,
                        "Unit",
                        "Count",
                        "Dimensions",
                        List.of(
                            Map.of("Name", "CLUSTER_ID", "Value", "prod"),
                            Map.of("Name", "NODE", "Value", "ip-10-0-0-1"))))));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 1.0 / 3, 99.999999999999, 4_294_967_297.0, 0x1p52, 1e100})
  void valueArrivesUnchanged(double value) throws IOException {
    LoggedRequest request =
        sent(List.of(new Datum("m", MINUTE, value, Unit.PERCENT, Map.of("CLUSTER_ID", "prod"))));
    assertThat(metricData(request.getBody()))
        .singleElement()
        .satisfies(datum -> assertThat(((Map<?, ?>) datum).get("Value")).isEqualTo(value));
  }

  @ParameterizedTest
  @EnumSource(Unit.class)
  void unitIsAUnitOfCloudWatch(Unit unit) {
    assertThat(StandardUnit.fromValue(unit.cloudWatchName()))
        .isNotEqualTo(StandardUnit.UNKNOWN_TO_SDK_VERSION);
  }

  @Test
  void maximumOfDatumsFitsIntoOneCompressedRequest() throws IOException {
    LoggedRequest request = sent(fullRequest());
    assertThat(request.getHeader("Content-Encoding")).isEqualTo("gzip");
    // WireMock returns the body before its compression.
    byte[] plain = request.getBody();
    assertThat(metricData(plain)).hasSize(MetricSink.MOST_DATUMS);
    assertThat(plain).hasSizeLessThan(1_000_000);
    assertThat(Integer.parseInt(request.getHeader("Content-Length"))).isLessThan(plain.length / 4);
  }

  @Test
  void ordinaryMinuteIsCompressed() throws IOException {
    LoggedRequest request = sent(fullRequest().subList(0, 34));
    assertThat(request.getHeader("Content-Encoding")).isEqualTo("gzip");
    assertThat(Integer.parseInt(request.getHeader("Content-Length")))
        .isLessThan(request.getBody().length / 4);
  }

  @Test
  void settingOfTheSdkDecidesAboutCompression() throws IOException {
    try (SystemProperties settings = new SystemProperties()) {
      settings.set(Map.of("aws.requestMinCompressionSizeBytes", "100000"));
      assertThat(sent(fullRequest().subList(0, 34)).containsHeader("Content-Encoding")).isFalse();
    }
  }

  @Test
  void smallRequestIsNotCompressed() throws IOException {
    LoggedRequest request = sent(List.of(SinkFixture.datum("eniAllocated")));
    assertThat(request.containsHeader("Content-Encoding")).isFalse();
  }

  /** Names and values as long as in real requests, with three dimensions. */
  private static List<Datum> fullRequest() {
    return IntStream.range(0, MetricSink.MOST_DATUMS)
        .mapToObj(
            i ->
                new Datum(
                    "totalAssignedIPv4sPerCidr" + i % 36,
                    MINUTE.plusSeconds(60L * (i / 36)),
                    i / 7.0,
                    Unit.COUNT,
                    Map.of(
                        "CLUSTER_ID", "a-cluster-of-some-length",
                        "NODE", "ip-10-0-12-34.eu-west-1.compute.internal",
                        "INSTANCE_ID", "i-0123456789abcdef0")))
        .toList();
  }

  private static LoggedRequest sent(List<Datum> datums) {
    CLOUDWATCH.stubFor(any(anyUrl()).willReturn(ok()));
    try (CloudWatchSink sink = sinkAt(CLOUDWATCH.baseUrl())) {
      assertThat(sink.put(NAMESPACE, datums, LIMIT)).isEqualTo(PutResult.ACCEPTED);
    }
    List<LoggedRequest> requests = CLOUDWATCH.findAll(anyRequestedFor(anyUrl()));
    assertThat(requests).hasSize(1);
    return requests.get(0);
  }

  private static List<?> metricData(byte[] body) throws IOException {
    return Cbor.read(body) instanceof Map<?, ?> request
            && request.get("MetricData") instanceof List<?> datums
        ? datums
        : List.of();
  }
}
