package io.cnimetrics.publish;

/** Why datums were given up. */
public enum DropReason {
  /** CloudWatch refused them by themselves. */
  INVALID,
  /** Older than the two weeks that CloudWatch takes. */
  TOO_OLD,
  /** Over the bound on what may wait. */
  NO_ROOM,
  /** Stamped by a clock that was more than two hours ahead. */
  FUTURE
}
