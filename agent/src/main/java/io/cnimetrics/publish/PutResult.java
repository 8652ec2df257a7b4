package io.cnimetrics.publish;

import java.time.Duration;
import java.util.Optional;

/**
 * The result of one request to put metrics.
 *
 * @param retryAfter the wait that the service asks for, if any
 * @param message one line for a person: what happened, and the remedy; empty if accepted. Never a
 *     credential, never a whole body
 */
public record PutResult(Status status, Optional<Duration> retryAfter, String message) {
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
