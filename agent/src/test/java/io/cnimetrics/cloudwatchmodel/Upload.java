package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import io.cnimetrics.publish.MetricSink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

/** Sends the datums of the model to a CloudWatch. */
record Upload(CloudWatchClient cloudWatch) {

  void all(MetricStore store) {
    store.keys().forEach(key -> put(key, store));
  }

  private void put(Stored key, MetricStore store) {
    List<MetricDatum> datums = new ArrayList<>();
    store.each(key, (at, value) -> datums.add(datum(key, at, value)));
    for (int i = 0; i < datums.size(); i += MetricSink.MOST_DATUMS) {
      List<MetricDatum> some =
          datums.subList(i, Math.min(datums.size(), i + MetricSink.MOST_DATUMS));
      cloudWatch.putMetricData(put -> put.namespace(key.namespace()).metricData(some));
    }
  }

  private static MetricDatum datum(Stored key, Instant at, double value) {
    return MetricDatum.builder()
        .metricName(key.series().metric())
        .timestamp(at)
        .value(value)
        .dimensions(
            key.series().dimensions().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> Dimension.builder().name(each.getKey()).value(each.getValue()).build())
                .toList())
        .build();
  }
}
