package io.cnimetrics.publish;

import java.time.Duration;

/** Receives the results of requests to the receivers. Several threads may call the methods. */
public interface SendEvents {
  enum DropReason {
    /** A receiver rejected this datum, or a poll read an invalid number. */
    INVALID,
    /** The datum is older than its receiver accepts. CloudWatch accepts two weeks. */
    TOO_OLD,
    /** The buffer had more pending minutes or more bytes than allowed. */
    NO_ROOM,
    /** The timestamp is more than two hours in the future. */
    FUTURE,
    /**
     * The state on disk had this datum, but belongs to another EC2 instance, or the settings do not
     * use the datum's receiver any more.
     */
    DISCARDED
  }

  /** A request has ended. The request had a response, failed or timed out. */
  void answered(MetricSink.PutResult.Status outcome, Duration took);

  void sent(int datums);

  void dropped(DropReason reason, int datums);
}
