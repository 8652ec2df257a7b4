package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.MinuteAggregation;
import io.cnimetrics.catalog.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The combined samples of a minute so far.
 *
 * @param minute counted from 1970
 * @param parts by metric name, in the order in which they appeared
 */
record OpenMinute(long minute, Map<String, Part> parts) {
  OpenMinute {
    parts = new LinkedHashMap<>(parts);
  }

  /**
   * A metric's value so far.
   *
   * @param weight the number of events behind a mean
   */
  record Part(Metric metric, double value, double weight) {
    private Part and(Part later) {
      return new Part(
          metric,
          metric.within().combine(value, weight, later.value, later.weight),
          weight + later.weight);
    }
  }

  /** A copy with the samples of one more poll. */
  OpenMinute and(List<Sample> samples) {
    Map<String, Part> sum = new LinkedHashMap<>(parts);
    for (Sample sample : samples) {
      if (sample.value().isPresent()) {
        Part part = new Part(sample.metric(), sample.value().getAsDouble(), sample.weight());
        sum.merge(sample.metric().name(), part, Part::and);
      }
    }
    return new OpenMinute(minute, sum);
  }

  /** A copy with counted events only: a later minute may report them, but not a past state. */
  OpenMinute events() {
    Map<String, Part> events = new LinkedHashMap<>(parts);
    events.values().removeIf(part -> part.metric().within() != MinuteAggregation.SUM);
    return new OpenMinute(minute, events);
  }

  OpenMinute at(long another) {
    return new OpenMinute(another, parts);
  }

  List<MinuteValue> values() {
    return parts.values().stream()
        .map(part -> new MinuteValue(part.metric().name(), part.metric().unit(), part.value()))
        .toList();
  }
}
