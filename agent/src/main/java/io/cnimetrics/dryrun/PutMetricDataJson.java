package io.cnimetrics.dryrun;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the metrics of one minute as the input of {@code aws cloudwatch put-metric-data
 * --cli-input-json}. Each metric appears once for each set of dimensions. The timestamp is the
 * start of the minute. A counter has a value from the second poll on.
 */
public final class PutMetricDataJson {
  private static final String CLUSTER_ID = "CLUSTER_ID";
  private static final String SUBNET_ID = MetricCatalog.SUBNET_DIMENSION;

  private PutMetricDataJson() {}

  /**
   * Writes one document for each request. Many sets of dimensions can need several requests. The
   * text is empty if no metric has a value, because CloudWatch refuses an empty request.
   *
   * @param dimensionSets the names and values of each set of dimensions; at least one set
   */
  public static String of(
      PolledMinute minute,
      String namespace,
      List<Map<String, String>> dimensionSets,
      boolean forPeople) {
    List<Map<String, Object>> datums = new ArrayList<>();
    for (Map<String, String> dimensions : dimensionSets) {
      minute.samples().stream()
          .filter(sample -> sample.subnetId().isEmpty())
          .forEach(sample -> datums.add(datum(sample, dimensions, minute)));
    }
    Optional<String> clusterId = minute.last().node().clusterId();
    for (Sample sample : minute.samples()) {
      if (clusterId.isPresent() && sample.subnetId().isPresent()) {
        datums.add(
            datum(sample, object(CLUSTER_ID, clusterId, SUBNET_ID, sample.subnetId()), minute));
      }
    }
    StringBuilder requests = new StringBuilder();
    for (int from = 0; from < datums.size(); from += MetricSink.MOST_DATUMS) {
      int to = Math.min(datums.size(), from + MetricSink.MOST_DATUMS);
      Map<String, Object> request =
          object("Namespace", namespace, "MetricData", datums.subList(from, to));
      requests.append(forPeople ? Json.entryPerLine(request) : Json.compact(request) + "\n");
    }
    return requests.toString();
  }

  private static Map<String, Object> datum(
      Sample sample, Map<String, ?> dimensions, PolledMinute minute) {
    return object(
        "MetricName", sample.metric().name(),
        "Dimensions",
            dimensions.entrySet().stream()
                .map(dimension -> object("Name", dimension.getKey(), "Value", dimension.getValue()))
                .toList(),
        "Timestamp", minute.start().toString(),
        "Value", sample.value().orElseThrow(),
        "Unit", sample.metric().unit().cloudWatchName());
  }
}
