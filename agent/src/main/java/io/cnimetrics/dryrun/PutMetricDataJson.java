package io.cnimetrics.dryrun;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.schedule.RequestLoad;
import io.cnimetrics.text.JsonLines;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A minute as the input of {@code aws cloudwatch put-metric-data --cli-input-json}: each metric
 * once per set of dimensions, with the start of the minute as time. A counter has a value from the
 * second poll on.
 */
public final class PutMetricDataJson {
  private static final String CLUSTER_ID = "CLUSTER_ID";
  private static final String SUBNET_ID = MetricCatalog.SUBNET_DIMENSION;

  private PutMetricDataJson() {}

  /**
   * Writes one document per request. There are several only with many sets, and none if no metric
   * has a value, because CloudWatch refuses an empty request.
   *
   * @param dimensionSets names and values; at least one set
   */
  public static String of(
      PolledMinute minute,
      String namespace,
      List<Map<String, String>> dimensionSets,
      boolean forPeople) {
    List<Datum> datums = new ArrayList<>();
    for (Map<String, String> dimensions : dimensionSets) {
      for (Sample sample : minute.samples()) {
        if (sample.subnetId().isEmpty()) {
          datums.add(new Datum(sample, dimensions));
        }
      }
    }
    minute
        .last()
        .node()
        .clusterId()
        .ifPresent(clusterId -> datums.addAll(ofSubnets(minute, clusterId)));
    StringBuilder requests = new StringBuilder();
    for (int from = 0; from < datums.size(); from += RequestLoad.MOST_DATUMS) {
      List<Datum> batch =
          datums.subList(from, Math.min(datums.size(), from + RequestLoad.MOST_DATUMS));
      requests.append(
          JsonLines.write(forPeople, json -> request(json, namespace, minute.start(), batch)));
    }
    return requests.toString();
  }

  private static List<Datum> ofSubnets(PolledMinute minute, String clusterId) {
    List<Datum> datums = new ArrayList<>();
    for (Sample sample : minute.samples()) {
      sample
          .subnetId()
          .ifPresent(
              id -> {
                Map<String, String> dimensions = new LinkedHashMap<>();
                dimensions.put(CLUSTER_ID, clusterId);
                dimensions.put(SUBNET_ID, id);
                datums.add(new Datum(sample, dimensions));
              });
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
      JsonLines.number(json, "Value", datum.sample().value().orElseThrow());
      json.writeStringField("Unit", datum.sample().metric().unit().cloudWatchName());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private record Datum(Sample sample, Map<String, String> dimensions) {}
}
