package io.cnimetrics.agent;

import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;

/** The ipamD of this node. */
public interface Ipamd {
  /** Reads it once; what fails is a problem in the snapshot. */
  NodeSnapshot read();

  /** The same within less time than is usual. */
  NodeSnapshot read(Duration most);

  /** Ends the read that another thread is at. */
  void abort();
}
