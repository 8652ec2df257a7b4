package io.cnimetrics.render;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Sample;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A minute as it would be sent: each metric once, with what the minute's polls come to.
 *
 * @param last the last of those polls so far
 */
public record PolledMinute(Report last, List<Value> values) {
  /**
   * What a metric comes to.
   *
   * @param weight the events that a mean is of
   */
  record Value(Metric metric, Optional<String> subnetId, double number, double weight) {
    private static Stream<Value> of(Sample sample) {
      return sample.value().stream()
          .mapToObj(
              number -> new Value(sample.metric(), sample.subnetId(), number, sample.weight()));
    }

    private String series() {
      return metric.name() + subnetId.orElse("");
    }

    private Value and(Value later) {
      double both = metric.within().combine(number, weight, later.number, later.weight);
      return new Value(metric, subnetId, both, weight + later.weight);
    }
  }

  public static PolledMinute of(Report poll) {
    return new PolledMinute(poll, valuesOf(poll).toList());
  }

  private static Stream<Value> valuesOf(Report poll) {
    return poll.samples().stream().flatMap(Value::of);
  }

  /** With one more poll of this minute. */
  public PolledMinute and(Report later) {
    Map<String, Value> all = new LinkedHashMap<>();
    Stream.concat(values.stream(), valuesOf(later))
        .forEach(value -> all.merge(value.series(), value, Value::and));
    return new PolledMinute(later, List.copyOf(all.values()));
  }

  /** Whether a poll is of this minute. */
  public boolean has(Report poll) {
    return start(poll).equals(start());
  }

  Instant start() {
    return start(last);
  }

  private static Instant start(Report poll) {
    return poll.snapshot().takenAt().truncatedTo(ChronoUnit.MINUTES);
  }
}
