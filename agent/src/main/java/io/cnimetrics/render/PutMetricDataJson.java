package io.cnimetrics.render;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cnimetrics.catalog.Sample;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A poll as the input of {@code aws cloudwatch put-metric-data --cli-input-json}: each metric once
 * for every set of dimensions, stamped with the start of the minute. A counter has a value from the
 * second poll on.
 */
public final class PutMetricDataJson {
  /** CloudWatch takes no more in one request. */
  private static final int MOST_DATUMS = 1000;

  private PutMetricDataJson() {}

  /**
   * Writes one document for each request; there is more than one only with many sets, and none if
   * no metric has a value, because CloudWatch refuses an empty request.
   *
   * @param dimensionSets names and values; at least one set
   */
  public static String of(
      Report report, String namespace, List<Map<String, String>> dimensionSets, boolean forPeople) {
    List<Datum> datums = new ArrayList<>();
    for (Map<String, String> dimensions : dimensionSets) {
      for (Sample sample : report.reading().samples()) {
        sample.value().ifPresent(value -> datums.add(new Datum(sample, value, dimensions)));
      }
    }
    report.node().clusterId().ifPresent(clusterId -> datums.addAll(ofSubnets(report, clusterId)));
    Instant minute = report.snapshot().takenAt().truncatedTo(ChronoUnit.MINUTES);
    StringBuilder requests = new StringBuilder();
    for (int from = 0; from < datums.size(); from += MOST_DATUMS) {
      List<Datum> batch = datums.subList(from, Math.min(datums.size(), from + MOST_DATUMS));
      requests.append(JsonLines.write(forPeople, json -> request(json, namespace, minute, batch)));
    }
    return requests.toString();
  }

  private static List<Datum> ofSubnets(Report report, String clusterId) {
    List<Datum> datums = new ArrayList<>();
    for (Sample sample : report.ofSubnets()) {
      Map<String, String> dimensions = new LinkedHashMap<>();
      dimensions.put(ClusterSeries.CLUSTER, clusterId);
      sample.subnetId().ifPresent(id -> dimensions.put(ClusterSeries.SUBNET, id));
      sample.value().ifPresent(value -> datums.add(new Datum(sample, value, dimensions)));
    }
    return datums;
  }

  private static void request(
      JsonGenerator json, String namespace, Instant minute, List<Datum> datums) throws IOException {
    json.writeStartObject();
    json.writeStringField("Namespace", namespace);
    json.writeArrayFieldStart("MetricData");
    for (Datum datum : datums) {
      json.writeStartObject();
      json.writeStringField("MetricName", datum.sample().metric().name());
      json.writeArrayFieldStart("Dimensions");
      for (Map.Entry<String, String> dimension : datum.dimensions().entrySet()) {
        json.writeStartObject();
        json.writeStringField("Name", dimension.getKey());
        json.writeStringField("Value", dimension.getValue());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("Timestamp", minute.toString());
      JsonLines.number(json, "Value", datum.value());
      json.writeStringField("Unit", datum.sample().metric().unit().cloudWatchName());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private record Datum(Sample sample, double value, Map<String, String> dimensions) {}
}
