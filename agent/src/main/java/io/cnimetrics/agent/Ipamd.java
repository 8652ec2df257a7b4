package io.cnimetrics.agent;

import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;

/** The ipamD of this node. */
public interface Ipamd {
  /** Whatever answers at the addresses of a reader. */
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

  /** Reads it once; what fails is a problem in the snapshot. */
  NodeSnapshot read();

  /** The same within less time than is usual. */
  NodeSnapshot read(Duration most);

  /** Ends the read that another thread is at. */
  void abort();
}
