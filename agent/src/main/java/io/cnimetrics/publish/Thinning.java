package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.Unit;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One value of each series in the minutes of one regular send. The kept value is the newest,
 * because a total contains the earlier increases. For a duration, the kept value is the longest,
 * because trouble can end between two sends.
 */
record Thinning(Map<OneSeries, OneValue> kept) {
  static Thinning of(List<PendingMinute> newestFirst) {
    Map<OneSeries, OneValue> kept = new HashMap<>();
    for (PendingMinute minute : newestFirst) {
      for (MinuteValue value : minute.values()) {
        kept.merge(
            OneSeries.of(minute, value), new OneValue(minute.id(), value), OneValue::orEarlier);
      }
    }
    return new Thinning(kept);
  }

  /** Returns the minute with its kept values, perhaps none. */
  PendingMinute rest(PendingMinute minute) {
    return minute.withValues(
        minute.values().stream()
            .filter(
                value ->
                    new OneValue(minute.id(), value).equals(kept.get(OneSeries.of(minute, value))))
            .toList());
  }

  /** A series: the metric, its dimensions and, for a total, its start. */
  record OneSeries(Destination destination, Optional<Instant> start, String metric) {
    static OneSeries of(PendingMinute minute, MinuteValue value) {
      return new OneSeries(minute.destination(), minute.start(value), value.metric());
    }
  }

  record OneValue(long minuteId, MinuteValue value) {
    OneValue orEarlier(OneValue earlier) {
      boolean isDuration = value.unit() == Unit.MINUTES;
      return isDuration && earlier.value.value() > value.value() ? earlier : this;
    }
  }
}
