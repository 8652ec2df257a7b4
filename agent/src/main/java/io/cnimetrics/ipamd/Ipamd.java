package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;

/** The ipamD of a node. */
public interface Ipamd {
  /** The limit of a poll, so that a dry run ends within 10 s even if ipamD hangs. */
  Duration POLL_TIMEOUT = Duration.ofSeconds(7);

  /** Polls once, within the usual limit. */
  default NodeSnapshot read() {
    return read(POLL_TIMEOUT);
  }

  /**
   * Polls once. A failure is a problem in the snapshot. The instance stays unknown in it: ipamD
   * does not report it.
   *
   * @param most the limit of the poll
   */
  NodeSnapshot read(Duration most);

  /** Cancels a poll that runs in another thread; that poll fails. */
  void abort();
}
