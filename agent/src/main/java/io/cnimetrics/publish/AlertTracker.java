package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which metrics mean trouble, from minute to minute. A metric that is absent stays as it was. */
final class AlertTracker {
  private final Map<String, MinuteValue> now = new LinkedHashMap<>();

  /**
   * What changed with a minute.
   *
   * @param begun values that mean trouble and did not the minute before
   * @param ended values that mean none any more
   */
  record Changes(List<MinuteValue> begun, List<MinuteValue> ended) {}

  Changes after(List<MinuteValue> minute) {
    List<MinuteValue> begun = new ArrayList<>();
    List<MinuteValue> ended = new ArrayList<>();
    for (MinuteValue value : minute) {
      boolean bad =
          MetricCatalog.named(value.metric())
              .map((Metric metric) -> metric.isAlert(value.value()))
              .orElse(false);
      if (bad && now.put(value.metric(), value) == null) {
        begun.add(value);
      } else if (!bad && now.remove(value.metric()) != null) {
        ended.add(value);
      }
    }
    return new Changes(begun, ended);
  }
}
