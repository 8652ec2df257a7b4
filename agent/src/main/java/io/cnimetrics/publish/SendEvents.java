package io.cnimetrics.publish;

import java.time.Duration;

/** Receives the results of sending. Several threads may call it. */
public interface SendEvents {
  /** Why datums were dropped. */
  enum DropReason {
    /** CloudWatch rejected the datum in a request of its own. */
    INVALID,
    /** Older than the two weeks that CloudWatch accepts. */
    TOO_OLD,
    /** Over the limit of the buffer. */
    NO_ROOM,
    /** The timestamp is more than two hours in the future. */
    FUTURE
  }

  /** A request ended, with a response or without. */
  void answered(MetricSink.PutResult.Status outcome, Duration took);

  void sent(int datums);

  void dropped(DropReason reason, int datums);
}
