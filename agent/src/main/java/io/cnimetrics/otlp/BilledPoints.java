package io.cnimetrics.otlp;

import io.cnimetrics.otlp.OtlpRequest.Metric;
import io.cnimetrics.otlp.OtlpRequest.Point;
import java.util.List;
import java.util.Map;

/**
 * The size of a request for CloudWatch's bill. AWS bills each point with its "serialized size:
 * metric name, all labels (keys and values), resource attributes, timestamp and value". AWS does
 * not define the serialization further.
 *
 * @param points the number of points
 * @param bytes the sum of the points' sizes, each in an uncompressed request of its own. Such a
 *     request also has the scope, the unit, the start of a counter and the framing of protobuf
 * @param leastBytes the bytes of only those parts that AWS lists, with 8 bytes for each time and
 *     value
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-otel-pricing.html">AWS's
 *     definition</a>
 */
public record BilledPoints(int points, long bytes, long leastBytes) {
  static final BilledPoints NONE = new BilledPoints(0, 0, 0);

  private static final int TIME_AND_VALUE = 16;

  static BilledPoints of(OtlpRequest request) {
    int points = 0;
    long bytes = 0;
    long leastBytes = 0;
    for (Metric metric : request.metrics()) {
      for (Point point : metric.points()) {
        Metric one = new Metric(metric.name(), metric.unit(), metric.counter(), List.of(point));
        OtlpRequest alone = new OtlpRequest(request.resource(), request.version(), List.of(one));
        points++;
        bytes += alone.toByteArray().length;
        leastBytes +=
            metric.name().length()
                + length(point.attributes())
                + length(request.resource())
                + TIME_AND_VALUE;
      }
    }
    return new BilledPoints(points, bytes, leastBytes);
  }

  private static int length(Map<String, String> attributes) {
    return attributes.entrySet().stream()
        .mapToInt(each -> each.getKey().length() + each.getValue().length())
        .sum();
  }
}
