package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A receiver of datums, such as CloudWatch. */
@FunctionalInterface
public interface MetricSink {
  /** The maximum number of datums that CloudWatch accepts in one request. */
  int MOST_DATUMS = 1_000;

  /**
   * One value of one metric, minute and set of dimensions.
   *
   * @param metric the name of the metric
   * @param at the time of the value, see {@link Receiver}
   * @param start when the counter started at 0; empty if the value is not a total
   * @param dimensions the value of each dimension by its name. No value is empty
   */
  record Datum(
      String metric,
      Instant at,
      Optional<Instant> start,
      double value,
      Unit unit,
      Map<String, String> dimensions) {
    /** A datum whose value is not a total. */
    public Datum(
        String metric, Instant at, double value, Unit unit, Map<String, String> dimensions) {
      this(metric, at, Optional.empty(), value, unit, dimensions);
    }
  }

  /**
   * The result of one request.
   *
   * @param retryAfter the pause before the next attempt, if the service asks for a pause. At most 5
   *     minutes, because a wrong value must not stop the agent for long
   * @param code the error code of the service, or a name in capital letters if there is no answer
   *     or no code. The code is empty if the receiver accepted all datums
   * @param rejected the number of datums that the receiver rejected although it accepted the
   *     request
   * @param fact what happened, in one line without credentials and without a whole response body.
   *     The fact is empty if the receiver accepted all datums
   * @param remedy what the operator can do, or what the agent does next. The remedy is empty if the
   *     request was accepted
   */
  record PutResult(
      Status status,
      Optional<Duration> retryAfter,
      int rejected,
      String code,
      String fact,
      String remedy) {
    /** The receiver accepted all datums. */
    public static final PutResult ACCEPTED =
        new PutResult(Status.ACCEPTED, Optional.empty(), "", "", "");

    /** The code of a request whose values are too old for the receiver. */
    public static final String TOO_OLD = "TOO_OLD";

    /** The code of a request that is too large for the receiver or for a proxy. */
    public static final String TOO_LARGE = "TOO_LARGE";

    public PutResult {
      if (status != Status.ACCEPTED && (fact.isBlank() || remedy.isBlank())) {
        throw new IllegalArgumentException("a failed request needs a fact and a remedy");
      }
    }

    public PutResult(
        Status status, Optional<Duration> retryAfter, String code, String fact, String remedy) {
      this(status, retryAfter, 0, code, fact, remedy);
    }

    /** The receiver accepted a request but rejects some of its datums. */
    public static PutResult partlyAccepted(int rejected, String fact) {
      return new PutResult(Status.ACCEPTED, Optional.empty(), rejected, "PARTIAL", fact, "");
    }

    /** Fact and remedy in one line. */
    public String message() {
      return remedy.isEmpty() ? fact : fact + "; " + remedy;
    }

    /** The kind of the result. The kind decides whether the same request is sent again. */
    public enum Status {
      /** The receiver has the datums. */
      ACCEPTED,
      /** A datum or the size of the request is invalid. The same request would fail again. */
      INVALID,
      /** The receiver throttled the request, failed or did not answer. A retry may succeed. */
      RETRYABLE,
      /** Permissions or credentials are missing or expired. A user must correct the cause. */
      UNAUTHORIZED
    }
  }

  /**
   * Sends one request without retries. The caller decides about retries.
   *
   * @param datums 1 to {@link #MOST_DATUMS} datums of at most about 1 MB in total
   * @param limit the time limit of the whole call, which ends with the last byte of the response
   * @return the result. Network errors and service errors are results, not exceptions
   */
  PutResult put(String namespace, List<Datum> datums, Duration limit);
}
