package io.cnimetrics.otlp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/**
 * One {@code ExportMetricsServiceRequest} of OTLP.
 *
 * @param resource attributes of the whole request
 * @param version the version of the agent
 * @param metrics the metrics with their points
 * @see <a
 *     href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto">the
 *     message's definition</a>, which has the numbers of the fields
 */
record OtlpRequest(Map<String, String> resource, String version, List<Metric> metrics) {
  private static final String SCOPE = "cni-metrics-agent";

  /** The temporality of totals. Increases would have another temporality. */
  private static final int CUMULATIVE = 2;

  private static final int TRUE = 1;

  /**
   * @param unit the unit in UCUM notation, such as {@code s}; empty for a count
   * @param counter whether the values are totals of a counter since the start of each point
   */
  record Metric(String name, String unit, boolean counter, List<Point> points) {}

  /**
   * @param start when a counter was 0; empty for a gauge
   * @param at when the value was read
   */
  record Point(Map<String, String> attributes, Optional<Instant> start, Instant at, double value) {}

  byte[] toByteArray() {
    Protobuf scopeMetrics =
        new Protobuf().message(1, new Protobuf().string(1, SCOPE).string(2, version));
    for (Metric metric : metrics) {
      scopeMetrics.message(2, message(metric));
    }
    Protobuf resourceMetrics =
        new Protobuf().message(1, attributes(1, resource)).message(2, scopeMetrics);
    return new Protobuf().message(1, resourceMetrics).toByteArray();
  }

  /** The request compressed with gzip. */
  byte[] compressed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return bytes.toByteArray();
  }

  private static Protobuf message(Metric metric) {
    Protobuf message = new Protobuf().string(1, metric.name());
    if (!metric.unit().isEmpty()) {
      message.string(3, metric.unit());
    }
    Protobuf points = new Protobuf();
    metric.points().forEach(point -> points.message(1, message(point)));
    return metric.counter()
        ? message.message(7, points.number(2, CUMULATIVE).number(3, TRUE))
        : message.message(5, points);
  }

  private static Protobuf message(Point point) {
    Protobuf message = attributes(7, point.attributes());
    point.start().ifPresent(start -> message.fixed64(2, nanos(start)));
    return message.fixed64(3, nanos(point.at())).decimal(4, point.value());
  }

  private static Protobuf attributes(int field, Map<String, String> attributes) {
    Protobuf message = new Protobuf();
    attributes.forEach(
        (key, value) ->
            message.message(
                field, new Protobuf().string(1, key).message(2, new Protobuf().string(1, value))));
    return message;
  }

  private static long nanos(Instant at) {
    return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
  }
}
