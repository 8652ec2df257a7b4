package io.cnimetrics.publish;

import java.time.Duration;

/** Receives the results of sending. Several threads may call it. */
public interface SendEvents {
  /** A request ended, with a response or without. */
  void answered(PutResult.Status outcome, Duration took);

  void sent(int datums);

  void dropped(DropReason reason, int datums);
}
