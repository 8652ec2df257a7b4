package io.cnimetrics.publish;

import io.cnimetrics.schedule.RequestLoad;
import java.time.Duration;
import java.util.List;

/** The receiver of datums. */
@FunctionalInterface
public interface MetricSink {
  /**
   * Sends one request, without retries: the caller decides about them.
   *
   * @param datums 1 to {@link RequestLoad#MOST_DATUMS}, at most about 1 MB
   * @param limit for the whole call, from connecting to the last byte of the response
   * @return the result; network and service errors are results, not exceptions
   */
  PutResult put(String namespace, List<Datum> datums, Duration limit);
}
