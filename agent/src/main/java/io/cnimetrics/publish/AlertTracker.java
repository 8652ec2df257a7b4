package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tracks which metrics are in alert, minute by minute. An absent metric keeps its state. */
final class AlertTracker {
  private final Map<String, MinuteValue> now = new LinkedHashMap<>();

  /**
   * The changes that a minute brings.
   *
   * @param raised values that are in alert and were not in the minute before
   * @param cleared values that are no longer in alert
   */
  record Changes(List<MinuteValue> raised, List<MinuteValue> cleared) {}

  Changes after(List<MinuteValue> minute) {
    List<MinuteValue> raised = new ArrayList<>();
    List<MinuteValue> cleared = new ArrayList<>();
    for (MinuteValue value : minute) {
      boolean bad =
          MetricCatalog.named(value.metric())
              .map((Metric metric) -> metric.isAlert(value.value()))
              .orElse(false);
      if (bad && now.put(value.metric(), value) == null) {
        raised.add(value);
      } else if (!bad && now.remove(value.metric()) != null) {
        cleared.add(value);
      }
    }
    return new Changes(raised, cleared);
  }
}
