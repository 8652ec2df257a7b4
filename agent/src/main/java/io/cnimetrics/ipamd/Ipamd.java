package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;

/** The ipamD of a node. */
public interface Ipamd {
  /** The limit of a poll. If ipamD hangs, a dry run still ends within 10 s. */
  Duration POLL_TIMEOUT = Duration.ofSeconds(7);

  /** Polls once, with the limit {@link #POLL_TIMEOUT}. */
  default NodeSnapshot read() {
    return read(POLL_TIMEOUT);
  }

  /**
   * Polls once. A failure becomes a problem in the snapshot. The snapshot contains no instance,
   * because ipamD does not report one.
   *
   * @param most the limit of the poll
   */
  NodeSnapshot read(Duration most);

  /** Cancels the poll that another thread runs. The cancelled poll fails. */
  void abort();
}
