package io.cnimetrics.testing;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.cnimetrics.testing.CloudWatchEmulator.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.ListMetricsRequest;
import software.amazon.awssdk.services.cloudwatch.model.Metric;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataQuery;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataResult;
import software.amazon.awssdk.services.cloudwatch.model.MetricStat;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;

/** Reads the data that the emulator received. */
record MetricReader(CloudWatchClient client) {
  SortedMap<Instant, Double> series(
      String namespace,
      Series series,
      Statistic statistic,
      Instant from,
      Instant to,
      Duration period) {
    if (from.getNano() != 0 || from.getEpochSecond() % period.toSeconds() != 0) {
      throw new IllegalArgumentException(from + " is not the start of a period of " + period);
    }
    // The emulator's GetMetricData ignores the namespace.
    if (!list(request -> request.namespace(namespace).metricName(series.metric()))
        .contains(series)) {
      return Collections.emptySortedMap();
    }
    MetricStat stat =
        MetricStat.builder()
            .metric(metric(namespace, series))
            .stat(statistic.toString())
            .period(Math.toIntExact(period.toSeconds()))
            .build();
    MetricDataQuery query = MetricDataQuery.builder().id("series").metricStat(stat).build();
    return values(
        client
            .getMetricData(request -> request.startTime(from).endTime(to).metricDataQueries(query))
            .metricDataResults()
            .get(0));
  }

  Set<Series> list(UnaryOperator<ListMetricsRequest.Builder> which) {
    ListMetricsRequest request = which.apply(ListMetricsRequest.builder()).build();
    return client.listMetricsPaginator(request).metrics().stream()
        .map(
            metric ->
                new Series(
                    metric.metricName(),
                    metric.dimensions().stream().collect(toMap(Dimension::name, Dimension::value))))
        .collect(toSet());
  }

  private static Metric metric(String namespace, Series series) {
    return Metric.builder()
        .namespace(namespace)
        .metricName(series.metric())
        .dimensions(
            series.dimensions().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> dimension(entry.getKey(), entry.getValue()))
                .toList())
        .build();
  }

  private static Dimension dimension(String name, String value) {
    return Dimension.builder().name(name).value(value).build();
  }

  private static SortedMap<Instant, Double> values(MetricDataResult result) {
    SortedMap<Instant, Double> values = new TreeMap<>();
    for (int i = 0; i < result.values().size(); i++) {
      values.put(result.timestamps().get(i), result.values().get(i));
    }
    return values;
  }
}
