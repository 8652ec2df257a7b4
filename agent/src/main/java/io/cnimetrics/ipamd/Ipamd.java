package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;

/** The ipamD of a node. */
public interface Ipamd {
  /** The limit of a poll. With this limit a dry run ends within 10 s even if ipamD hangs. */
  Duration POLL_TIMEOUT = Duration.ofSeconds(7);

  /** Polls once, with the limit {@link #POLL_TIMEOUT}. */
  default NodeSnapshot read() {
    return read(POLL_TIMEOUT);
  }

  /**
   * Polls once. A failure becomes a problem in the snapshot. The instance in the snapshot is
   * unknown, because ipamD does not report the instance.
   *
   * @param most the limit of the poll
   */
  NodeSnapshot read(Duration most);

  /** Cancels the poll that another thread runs. The cancelled poll fails. */
  void abort();
}
