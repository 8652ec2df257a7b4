package io.cnimetrics.agent;

import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;

/** The ipamD of this node. */
public interface Ipamd {
  /** The ipamD at the addresses of a reader. */
  static Ipamd of(IpamdReader reader) {
    return new Ipamd() {
      @Override
      public NodeSnapshot read() {
        return reader.read();
      }

      @Override
      public NodeSnapshot read(Duration most) {
        return reader.read(most);
      }

      @Override
      public void abort() {
        reader.abort();
      }
    };
  }

  /** Reads it once; a failure is a problem in the snapshot. */
  NodeSnapshot read();

  /** Reads it once, within a shorter limit than usual. */
  NodeSnapshot read(Duration most);

  /** Aborts a read in progress on another thread. */
  void abort();
}
