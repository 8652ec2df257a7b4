package io.cnimetrics.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.otlp.OtlpRequest.Metric;
import io.cnimetrics.otlp.OtlpRequest.Point;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpRequestTest {
  private static final Instant START = Instant.parse("2026-11-28T10:00:00.25Z");
  private static final Instant AT = Instant.parse("2026-11-28T10:07:42.5Z");

  @Test
  void gaugeAndCounterAreAsTheOfficialLibraryWritesThem() throws Exception {
    Metric gauge =
        new Metric("cni_enis", "", false, List.of(point(Optional.empty(), Map.of("node", "ü"), 3)));
    Metric counter =
        new Metric(
            "cni_ipamd_errors_total",
            "s",
            true,
            List.of(point(Optional.of(START), Map.of(), 7.5), point(Optional.of(AT), Map.of(), 0)));
    OtlpRequest request =
        new OtlpRequest(Map.of("team", "payments"), "1.2.3", List.of(gauge, counter));

    ExportMetricsServiceRequest expected =
        ExportMetricsServiceRequest.newBuilder()
            .addResourceMetrics(
                ResourceMetrics.newBuilder()
                    .setResource(Resource.newBuilder().addAttributes(text("team", "payments")))
                    .addScopeMetrics(
                        ScopeMetrics.newBuilder()
                            .setScope(
                                InstrumentationScope.newBuilder()
                                    .setName("cni-metrics-agent")
                                    .setVersion("1.2.3"))
                            .addMetrics(
                                metric("cni_enis")
                                    .setGauge(
                                        Gauge.newBuilder()
                                            .addDataPoints(
                                                NumberDataPoint.newBuilder()
                                                    .addAttributes(text("node", "ü"))
                                                    .setTimeUnixNano(1_795_860_462_500_000_000L)
                                                    .setAsDouble(3))))
                            .addMetrics(
                                metric("cni_ipamd_errors_total")
                                    .setUnit("s")
                                    .setSum(
                                        Sum.newBuilder()
                                            .setAggregationTemporality(
                                                AggregationTemporality
                                                    .AGGREGATION_TEMPORALITY_CUMULATIVE)
                                            .setIsMonotonic(true)
                                            .addDataPoints(
                                                NumberDataPoint.newBuilder()
                                                    .setStartTimeUnixNano(
                                                        1_795_860_000_250_000_000L)
                                                    .setTimeUnixNano(1_795_860_462_500_000_000L)
                                                    .setAsDouble(7.5))
                                            .addDataPoints(
                                                NumberDataPoint.newBuilder()
                                                    .setStartTimeUnixNano(
                                                        1_795_860_462_500_000_000L)
                                                    .setTimeUnixNano(1_795_860_462_500_000_000L)
                                                    .setAsDouble(0))))))
            .build();
    assertThat(ExportMetricsServiceRequest.parseFrom(request.toByteArray())).isEqualTo(expected);
    assertThat(new GZIPInputStream(new ByteArrayInputStream(request.compressed())).readAllBytes())
        .isEqualTo(request.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyTextAndNumberIsReadAsItWasWritten(long seed) throws Exception {
    RandomGenerator random = new SplittableRandom(seed);
    for (int i = 0; i < 300; i++) {
      String text = text(random);
      double value = Double.longBitsToDouble(random.nextLong());
      Metric gauge =
          new Metric(
              text, text, false, List.of(point(Optional.empty(), Map.of(text, text), value)));

      io.opentelemetry.proto.metrics.v1.Metric read =
          ExportMetricsServiceRequest.parseFrom(
                  new OtlpRequest(Map.of(), text, List.of(gauge)).toByteArray())
              .getResourceMetrics(0)
              .getScopeMetrics(0)
              .getMetrics(0);
      assertThat(read.getName()).isEqualTo(text);
      assertThat(read.getUnit()).isEqualTo(text);
      NumberDataPoint point = read.getGauge().getDataPoints(0);
      assertThat(point.getAsDouble()).isEqualTo(value);
      assertThat(point.getAttributesList()).containsExactly(text(text, text));
    }
  }

  /** Up to 20,000 characters, so that lengths have one, two and three bytes. */
  private static String text(RandomGenerator random) {
    int length = random.nextInt(1 << random.nextInt(15));
    return random
        .ints(length, 1, Character.MAX_CODE_POINT)
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static Point point(
      Optional<Instant> start, Map<String, String> attributes, double value) {
    return new Point(attributes, start, AT, value);
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static io.opentelemetry.proto.metrics.v1.Metric.Builder metric(String name) {
    return io.opentelemetry.proto.metrics.v1.Metric.newBuilder().setName(name);
  }
}
