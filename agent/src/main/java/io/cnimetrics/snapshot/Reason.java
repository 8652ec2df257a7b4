package io.cnimetrics.snapshot;

/** Why a source could not be read, or not be trusted: a closed list that scripts may rely on. */
public enum Reason {
  /** The connection was refused or reset. */
  UNREACHABLE,
  /** No complete answer within the time allowed. */
  TIMEOUT,
  /** An answer with another status than 200. */
  BAD_STATUS,
  /** A well-formed answer that is not what the source serves. */
  UNEXPECTED_SHAPE,
  /** A body over the bound on its size. */
  TOO_LARGE,
  /** A body that is cut short, or not in the format that it should be in. */
  MALFORMED,
  /** Read by a weaker source, which is named in the message. */
  DEGRADED,
  /** An answer that the thing asked for does not exist. */
  NOT_FOUND,
  /** An answer that we may not ask. */
  DENIED,
  /** Two statements of one source contradict each other. */
  MISMATCH
}
