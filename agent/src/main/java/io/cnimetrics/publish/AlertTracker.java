package io.cnimetrics.publish;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.publish.MetricBuffer.AlertChanges;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tracks which metrics are in alert, minute by minute. An absent metric keeps its state. */
final class AlertTracker {
  private final Set<String> inAlert = new HashSet<>();

  /**
   * The changes that a minute brings.
   *
   * @param whole false if the minute was closed early: an alert may continue though the part does
   *     not show it
   */
  AlertChanges after(Instant minute, List<MinuteValue> values, boolean whole) {
    List<MinuteValue> raised = new ArrayList<>();
    List<MinuteValue> cleared = new ArrayList<>();
    for (MinuteValue value : values) {
      boolean alert =
          MetricCatalog.named(value.metric()).filter(m -> m.isAlert(value.value())).isPresent();
      if (alert && inAlert.add(value.metric())) {
        raised.add(value);
      } else if (!alert && inAlert.remove(value.metric()) && whole) {
        cleared.add(value);
      }
    }
    return new AlertChanges(minute, raised, cleared);
  }
}
