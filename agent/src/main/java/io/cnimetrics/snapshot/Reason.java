package io.cnimetrics.snapshot;

/** Why a source could not be read or trusted. Scripts can rely on the names of the reasons. */
public enum Reason {
  /** The connection was refused or reset. */
  UNREACHABLE,
  /** No complete answer arrived within the time limit. */
  TIMEOUT,
  /** The HTTP status of the answer is not 200. */
  BAD_STATUS,
  /** The format of the answer is right, but its contents are unexpected. */
  UNEXPECTED_SHAPE,
  /** The body is larger than the size limit. */
  TOO_LARGE,
  /** The body is truncated, or its format is not the expected format. */
  MALFORMED,
  /** The agent uses a less exact source, which the message names. */
  DEGRADED,
  /** The requested value does not exist in the source. */
  NOT_FOUND,
  /** The agent lacks the permission. */
  DENIED,
  /** Two values of one source contradict each other. */
  MISMATCH
}
