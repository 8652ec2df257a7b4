package io.cnimetrics.snapshot;

/** Why a source could not be read or trusted: a closed list that scripts may rely on. */
public enum Reason {
  /** The connection was refused or reset. */
  UNREACHABLE,
  /** No complete answer within the time allowed. */
  TIMEOUT,
  /** An answer with a status other than 200. */
  BAD_STATUS,
  /** A well-formed answer with other contents than the source has. */
  UNEXPECTED_SHAPE,
  /** A body over the size limit. */
  TOO_LARGE,
  /** A body that is truncated or not in the expected format. */
  MALFORMED,
  /** A less exact source is used; the message names it. */
  DEGRADED,
  /** The requested thing does not exist. */
  NOT_FOUND,
  /** The agent lacks the permission. */
  DENIED,
  /** Two values of one source contradict each other. */
  MISMATCH
}
