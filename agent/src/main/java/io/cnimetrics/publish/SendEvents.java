package io.cnimetrics.publish;

import java.time.Duration;

/** Receives the results of requests to CloudWatch. Several threads may call the methods. */
public interface SendEvents {
  enum DropReason {
    /** CloudWatch rejected a request that had only this datum, or a poll read an invalid number. */
    INVALID,
    /** The datum is older than the two weeks that CloudWatch accepts. */
    TOO_OLD,
    /** The buffer had more pending minutes or more bytes than allowed. */
    NO_ROOM,
    /** The timestamp is more than two hours in the future. */
    FUTURE
  }

  /** A request has ended. The request had a response, failed or timed out. */
  void answered(MetricSink.PutResult.Status outcome, Duration took);

  void sent(int datums);

  void dropped(DropReason reason, int datums);
}
