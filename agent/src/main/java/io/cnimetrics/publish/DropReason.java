package io.cnimetrics.publish;

/** Why a datum was given up. */
public enum DropReason {
  /** CloudWatch refuses it, also on its own. */
  INVALID,
  /** Its minute is further back than CloudWatch accepts: two weeks. */
  TOO_OLD,
  /** What waits to be sent has reached its bound; the oldest goes first. */
  NO_ROOM,
  /** Its minute is further ahead than CloudWatch accepts: two hours. */
  FUTURE
}
