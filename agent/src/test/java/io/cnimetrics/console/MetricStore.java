package io.cnimetrics.console;

import io.cnimetrics.agent.ModelCluster.Arrival;
import io.cnimetrics.testing.MetricSeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** What CloudWatch keeps: every datum, and when it came. */
final class MetricStore {
  private final Map<Stored, TreeMap<Instant, List<Point>>> series = new HashMap<>();

  /** A series of a namespace. */
  record Stored(String namespace, MetricSeries series) {
    static Stored of(String namespace, String metric, Map<String, String> dimensions) {
      return new Stored(namespace, new MetricSeries(metric, dimensions));
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

  Set<Stored> keys() {
    return Set.copyOf(series.keySet());
  }

  /** Tells every value of a series with its time. */
  void each(Stored key, BiConsumer<Instant, Double> value) {
    series
        .getOrDefault(key, new TreeMap<>())
        .forEach((at, points) -> points.forEach(point -> value.accept(at, point.value())));
  }

  /** A statistic of each period of the window; none of a period without a datum. */
  Line statistic(Stored key, String statistic, Window window) {
    TreeMap<Instant, List<Point>> points = series.getOrDefault(key, new TreeMap<>());
    Line line = Line.empty(key.series().toString());
    for (Instant start : window.starts()) {
      double[] values =
          points.subMap(start, start.plus(window.period())).values().stream()
              .flatMap(List::stream)
              .filter(point -> !point.arrived().isAfter(window.seenAt()))
              .mapToDouble(Point::value)
              .toArray();
      if (values.length > 0) {
        line.put(start, Statistic.of(statistic, values));
      }
    }
    return line;
  }
}
