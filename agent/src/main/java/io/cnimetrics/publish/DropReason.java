package io.cnimetrics.publish;

/** Why datums were dropped. */
public enum DropReason {
  /** CloudWatch rejected the datum in a request of its own. */
  INVALID,
  /** Older than the two weeks that CloudWatch accepts. */
  TOO_OLD,
  /** Over the limit of the buffer. */
  NO_ROOM,
  /** The timestamp is more than two hours in the future. */
  FUTURE
}
