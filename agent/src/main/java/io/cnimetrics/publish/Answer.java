package io.cnimetrics.publish;

import java.time.Duration;
import java.util.Optional;

/**
 * What came of a request to put metrics.
 *
 * @param retryAfter how long the service asks to wait, if it does
 * @param message one line for a person: what happened, and the way out; empty if accepted. Never a
 *     credential, never a whole body
 */
public record Answer(Outcome outcome, Optional<Duration> retryAfter, String message) {
  /** All datums were taken. */
  public static final Answer ACCEPTED = new Answer(Outcome.ACCEPTED, Optional.empty(), "");

  /** What to do next. */
  public enum Outcome {
    /** The datums are there. */
    ACCEPTED,
    /**
     * One of the datums, or the size of the request, is at fault: the same request never passes.
     */
    INVALID,
    /** Throttled, a fault of the service, or no answer: it may pass by itself. */
    PASSING,
    /** Rights or credentials are missing or expired: it passes when someone mends them. */
    DENIED
  }
}
