package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.agent.ModelCluster.Arrival;
import io.cnimetrics.testing.CloudWatchEmulator.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.DoubleStream;

/** The datums that CloudWatch stores, with their times of arrival. */
final class MetricStore {
  private final Map<Stored, TreeMap<Instant, List<Point>>> series = new HashMap<>();

  /** A series of a namespace. */
  record Stored(String namespace, Series series) {
    static Stored of(String namespace, String metric, Map<String, String> dimensions) {
      return new Stored(namespace, new Series(metric, dimensions));
    }
  }

  private record Point(Instant arrived, double value) {}

  void put(Arrival arrival) {
    Stored key =
        Stored.of(arrival.namespace(), arrival.datum().metric(), arrival.datum().dimensions());
    put(key, arrival.datum().at(), arrival.datum().value(), arrival.at());
  }

  void put(Stored key, Instant at, double value, Instant arrived) {
    series
        .computeIfAbsent(key, unknown -> new TreeMap<>())
        .computeIfAbsent(at, unknown -> new ArrayList<>())
        .add(new Point(arrived, value));
  }

  /** The longest time between a datum's timestamp and its arrival. */
  Duration latest() {
    return series.values().stream()
        .flatMap(points -> points.entrySet().stream())
        .flatMap(
            minute ->
                minute.getValue().stream()
                    .map(point -> Duration.between(minute.getKey(), point.arrived())))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  Set<Stored> keys() {
    return Set.copyOf(series.keySet());
  }

  /** Calls the consumer with each value of a series and its time. */
  void each(Stored key, BiConsumer<Instant, Double> value) {
    series
        .getOrDefault(key, new TreeMap<>())
        .forEach((at, points) -> points.forEach(point -> value.accept(at, point.value())));
  }

  /** A statistic for each period of the window that has a datum. */
  Line statistic(Stored key, String statistic, Window window) {
    TreeMap<Instant, List<Point>> points = series.getOrDefault(key, new TreeMap<>());
    Line line = Line.empty(key.series().toString());
    for (Instant start : window.starts()) {
      DoubleStream.Builder values = DoubleStream.builder();
      points
          .subMap(start, start.plus(window.period()))
          .values()
          .forEach(
              minute -> {
                for (Point point : minute) {
                  if (!point.arrived().isAfter(window.seenAt())) {
                    values.add(point.value());
                  }
                }
              });
      double[] all = values.build().toArray();
      if (all.length > 0) {
        line.put(start, Statistic.of(statistic, all));
      }
    }
    return line;
  }
}
