package io.cnimetrics.publish;

import io.cnimetrics.schedule.RequestLoad;
import java.time.Duration;
import java.util.List;

/** Where datums go. */
@FunctionalInterface
public interface MetricSink {
  /**
   * Sends one request, once: whoever calls decides about trying again.
   *
   * @param datums 1 to {@link RequestLoad#MOST_DATUMS}, at most about 1 MB
   * @param limit the most that this may take from connecting to the answer's last byte
   * @return what came of it; it throws nothing that the outside world can cause
   */
  PutResult put(String namespace, List<Datum> datums, Duration limit);
}
