package io.cnimetrics.publish;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.publish.AlertListener.AlertChanges;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tracks which metrics are in alert. A missing value neither starts nor ends an alert. */
final class AlertTracker {
  private final AlertListener listener;
  private final Set<String> inAlert = new HashSet<>();

  AlertTracker(AlertListener listener) {
    this.listener = listener;
  }

  /**
   * Checks the values of a minute and passes the result to the listener. Returns the alerts that
   * these values raised.
   *
   * @param whole false if the minute was closed before its end. In this case the listener gets no
   *     cleared alert, because the alert may continue in the rest of the minute
   */
  List<MinuteValue> report(Instant minute, List<MinuteValue> values, boolean whole) {
    List<MinuteValue> raised = new ArrayList<>();
    List<MinuteValue> cleared = new ArrayList<>();
    for (MinuteValue value : values) {
      double trouble = value.value() - listener.harmless(minute, value.metric());
      boolean alert =
          MetricCatalog.named(value.metric()).filter(m -> m.isAlert(trouble)).isPresent();
      if (alert && inAlert.add(value.metric())) {
        raised.add(value);
      } else if (!alert && inAlert.remove(value.metric()) && whole) {
        cleared.add(value);
      }
    }
    listener.closed(new AlertChanges(minute, values, raised, cleared));
    return raised;
  }
}
