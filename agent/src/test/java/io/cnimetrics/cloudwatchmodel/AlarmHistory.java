package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.cloudwatchmodel.MetricAlarm.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The times at which an alarm was in ALARM.
 *
 * @param alarms in order of time, without overlaps
 */
record AlarmHistory(List<Span> alarms) {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /**
   * A span of time in ALARM.
   *
   * @param to exclusive; {@link Instant#MAX} if the alarm did not end
   */
  record Span(Instant from, Instant to) {
    boolean holds(Instant at) {
      return !at.isBefore(from) && at.isBefore(to);
    }
  }

  /**
   * Evaluates an alarm every minute.
   *
   * @param second the second of the minute at which the alarm is evaluated, always the same for one
   *     alarm
   */
  static AlarmHistory of(
      MetricAlarm alarm, MetricStore store, Instant from, Instant to, int second) {
    List<Instant> on = new ArrayList<>();
    for (Instant at = from.plusSeconds(second); at.isBefore(to); at = at.plus(MINUTE)) {
      if (alarm.evaluate(store, at) == State.ALARM) {
        on.add(at);
      }
    }
    return new AlarmHistory(
        joined(on.stream().map(at -> new Span(at, at.plus(MINUTE))).toList(), to));
  }

  /** The times at which at least one of the alarms was in ALARM. */
  static AlarmHistory any(Collection<AlarmHistory> histories) {
    List<Span> all =
        histories.stream()
            .flatMap(history -> history.alarms().stream())
            .sorted((one, other) -> one.from().compareTo(other.from()))
            .toList();
    return new AlarmHistory(joined(all, Instant.MAX));
  }

  private static List<Span> joined(List<Span> spans, Instant end) {
    List<Span> joined = new ArrayList<>();
    for (Span each : spans) {
      Span span = each.to().isBefore(end) ? each : new Span(each.from(), Instant.MAX);
      int last = joined.size() - 1;
      if (last >= 0 && !span.from().isAfter(joined.get(last).to())) {
        Instant to =
            Stream.of(span.to(), joined.get(last).to()).max(Instant::compareTo).orElseThrow();
        joined.set(last, new Span(joined.get(last).from(), to));
      } else {
        joined.add(span);
      }
    }
    return joined;
  }

  /** Whether the alarm went to ALARM, and was not in ALARM at the end of the story. */
  boolean cameAndWent() {
    return !alarms.isEmpty() && !alarms.get(alarms.size() - 1).to().equals(Instant.MAX);
  }
}
