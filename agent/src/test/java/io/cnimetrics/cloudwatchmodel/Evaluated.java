package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.testing.Stack;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The alarms that the program prints, evaluated on a story at a fixed second of each minute. */
final class Evaluated {
  /** One second before the first node sends, two while nodes send, and one after all have sent. */
  static final List<Integer> SECONDS = List.of(1, 15, 28, 45);

  private final Map<String, MetricAlarm> byId;
  private final Map<String, AlarmHistory> histories = new HashMap<>();
  private final CompositeAlarm composite;

  private Evaluated(Story story, Stack stack, int second) {
    byId = Printed.byId(stack);
    composite = Printed.composite(stack);
    for (MetricAlarm alarm : byId.values()) {
      histories.put(
          alarm.name(),
          AlarmHistory.of(alarm, story.cloudWatch, Story.QUIET_UNTIL, story.now(), second));
    }
  }

  /**
   * One evaluation for each of {@link #SECONDS}, because the second that CloudWatch uses is
   * unknown.
   */
  static List<Evaluated> of(Story story, Stack stack) {
    return SECONDS.stream().map(second -> new Evaluated(story, stack, second)).toList();
  }

  /** The ids of the alarms that were in ALARM at any time. */
  Set<String> wentOff() {
    return byId.keySet().stream()
        .filter(id -> !history(id).alarms().isEmpty())
        .collect(Collectors.toSet());
  }

  AlarmHistory history(String id) {
    String name = Objects.requireNonNull(byId.get(id), id).name();
    return Objects.requireNonNull(histories.get(name), name);
  }

  /** The history of the alarm that pages. */
  AlarmHistory composite() {
    return composite.history(histories);
  }

  List<Instant> pages() {
    return composite.pages(histories);
  }

  /** The times at which the paging alarm sends a notification if another alarm can mute it. */
  List<Instant> pages(String suppressor, AlarmHistory muting) {
    Map<String, AlarmHistory> all = new HashMap<>(histories);
    all.put(suppressor, muting);
    return composite.pages(all);
  }
}
