package io.cnimetrics.cloudwatchmodel;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** The values that a graph should show for some minutes, from the events of the nodes. */
final class Truth {
  private final List<List<Map<String, Double>>> minutes;

  Truth(Story story, Instant from, Duration period) {
    minutes =
        Stream.iterate(
                from, at -> at.isBefore(from.plus(period)), at -> at.plus(Duration.ofMinutes(1)))
            .map(story::truth)
            .toList();
  }

  private DoubleStream values(String metric) {
    return minutes.stream()
        .flatMap(List::stream)
        .filter(node -> node.containsKey(metric))
        .mapToDouble(node -> node.getOrDefault(metric, 0.0));
  }

  /** The sum over the nodes in each minute, averaged over the minutes. */
  OptionalDouble perMinute(String... metrics) {
    return OptionalDouble.of(
        Arrays.stream(metrics).mapToDouble(metric -> values(metric).sum()).sum() / minutes.size());
  }

  /** Like {@link #perMinute}, but without a value if the sum is 0. */
  OptionalDouble marks(String metric) {
    return values(metric).sum() == 0 ? OptionalDouble.empty() : perMinute(metric);
  }

  OptionalDouble sum(String... metrics) {
    return OptionalDouble.of(
        Arrays.stream(metrics).mapToDouble(metric -> values(metric).sum()).sum());
  }

  /** The number of nodes whose value meets a condition, averaged over the minutes. */
  OptionalDouble nodes(String metric, DoublePredicate such) {
    return OptionalDouble.of((double) values(metric).filter(such).count() / minutes.size());
  }

  OptionalDouble samples(String metric) {
    return OptionalDouble.of((double) values(metric).count());
  }

  OptionalDouble worst(String metric) {
    return values(metric).max();
  }

  OptionalDouble mean(String metric) {
    return values(metric).average();
  }

  /** The 90th percentile. */
  OptionalDouble p90(String metric) {
    double[] sorted = values(metric).sorted().toArray();
    return OptionalDouble.of(sorted[(int) Math.ceil(0.9 * sorted.length) - 1]);
  }

  OptionalDouble percent(String part, String total) {
    double all = values(total).sum();
    return OptionalDouble.of(all == 0 ? 0 : 100 * values(part).sum() / all);
  }
}
