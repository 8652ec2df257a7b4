package io.cnimetrics.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The restarts of ipamD in the last 15 minutes. In a crash loop each minute can have a successful
 * poll. Then only the number of restarts shows the loop.
 *
 * @param minutes the minute of each restart, in minutes since 1970
 */
public record RecentRestarts(List<Long> minutes) {
  /** The time for which a restart is recent. */
  public static final Duration PERIOD = Duration.ofMinutes(15);

  static final RecentRestarts NONE = new RecentRestarts(List.of());

  public RecentRestarts {
    minutes = List.copyOf(minutes);
  }

  void toNumbers(String prefix, Map<String, Double> numbers) {
    for (int i = 0; i < minutes.size(); i++) {
      numbers.put(prefix + i, (double) minutes.get(i));
    }
  }

  static RecentRestarts of(String prefix, Map<String, Double> numbers) {
    return new RecentRestarts(
        numbers.entrySet().stream()
            .filter(number -> number.getKey().startsWith(prefix))
            .map(number -> number.getValue().longValue())
            .sorted()
            .toList());
  }

  /** Adds a poll, and forgets restarts that are no longer recent. */
  RecentRestarts at(long minute, boolean restarted) {
    List<Long> recent = new ArrayList<>(minutes);
    recent.removeIf(each -> Math.abs(minute - each) >= PERIOD.toMinutes());
    if (restarted) {
      recent.add(minute);
    }
    return new RecentRestarts(recent);
  }
}
