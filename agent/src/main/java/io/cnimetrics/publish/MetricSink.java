package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The receiver of datums. */
@FunctionalInterface
public interface MetricSink {
  /** The most datums that CloudWatch accepts in one request. */
  int MOST_DATUMS = 1_000;

  /**
   * One value on its way to CloudWatch.
   *
   * @param metric the metric's name
   * @param at the start of the value's minute
   * @param dimensions values by name; no value is empty
   */
  record Datum(
      String metric, Instant at, double value, Unit unit, Map<String, String> dimensions) {}

  /**
   * The result of one request.
   *
   * @param retryAfter the wait that the service asks for, if any
   * @param message one line for a person: what happened, and the remedy; empty if accepted. Never a
   *     credential, never a whole body
   */
  record PutResult(Status status, Optional<Duration> retryAfter, String message) {
    /** CloudWatch accepted all datums. */
    public static final PutResult ACCEPTED = new PutResult(Status.ACCEPTED, Optional.empty(), "");

    /** What to do next. */
    public enum Status {
      /** CloudWatch has the datums. */
      ACCEPTED,
      /** A datum or the size of the request is invalid: the same request never succeeds. */
      INVALID,
      /** Throttling, a service error or no response: a retry may succeed. */
      RETRYABLE,
      /**
       * Permissions or credentials are missing or expired: a retry succeeds once they are repaired.
       */
      UNAUTHORIZED
    }
  }

  /**
   * Sends one request, without retries: the caller decides about them.
   *
   * @param datums 1 to {@link #MOST_DATUMS}, at most about 1 MB
   * @param limit for the whole call, from connecting to the last byte of the response
   * @return the result; network and service errors are results, not exceptions
   */
  PutResult put(String namespace, List<Datum> datums, Duration limit);
}
