package io.cnimetrics.publish;

import java.time.Duration;
import java.util.Optional;

/**
 * The result of one request to put metrics.
 *
 * @param retryAfter how long the service asks to wait, if it does
 * @param message one line for a person: what happened, and the remedy; empty if accepted. Never a
 *     credential, never a whole body
 */
public record PutResult(Status status, Optional<Duration> retryAfter, String message) {
  /** All datums were taken. */
  public static final PutResult ACCEPTED = new PutResult(Status.ACCEPTED, Optional.empty(), "");

  /** What to do next. */
  public enum Status {
    /** The datums are there. */
    ACCEPTED,
    /**
     * One of the datums, or the size of the request, is at fault: the same request never succeeds.
     */
    INVALID,
    /** Throttled, a fault of the service, or no answer: a retry may succeed. */
    RETRYABLE,
    /**
     * Permissions or credentials are missing or expired: a retry succeeds once they are repaired.
     */
    UNAUTHORIZED
  }
}
