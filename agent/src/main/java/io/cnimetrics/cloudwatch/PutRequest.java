package io.cnimetrics.cloudwatch;

import io.cnimetrics.publish.MetricSink.Datum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataRequest;

/** Converts datums to a request of the SDK. */
final class PutRequest {
  private PutRequest() {}

  static PutMetricDataRequest of(String namespace, List<Datum> datums) {
    // Datums with the same dimensions share one list.
    Map<Map<String, String>, List<Dimension>> sets = new HashMap<>();
    return PutMetricDataRequest.builder()
        .namespace(namespace)
        .metricData(
            datums.stream()
                .map(
                    datum ->
                        metricDatum(
                            datum,
                            sets.computeIfAbsent(datum.dimensions(), PutRequest::dimensions)))
                .toList())
        .build();
  }

  private static MetricDatum metricDatum(Datum datum, List<Dimension> dimensions) {
    return MetricDatum.builder()
        .metricName(datum.metric())
        .timestamp(datum.at())
        .value(datum.value())
        .unit(datum.unit().cloudWatchName())
        .dimensions(dimensions)
        .build();
  }

  /** Sorts dimensions by name, so that equal datums become equal bytes. */
  private static List<Dimension> dimensions(Map<String, String> dimensions) {
    return dimensions.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            dimension ->
                Dimension.builder().name(dimension.getKey()).value(dimension.getValue()).build())
        .toList();
  }
}
