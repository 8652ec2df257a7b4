package io.cnimetrics.publish;

import java.time.Duration;

/** Is told what becomes of datums, by several threads. */
public interface SendEvents {
  /** A request was answered, or given up. */
  void answered(PutResult.Status outcome, Duration took);

  void sent(int datums);

  void dropped(DropReason reason, int datums);
}
