package io.cnimetrics.agent;

import io.cnimetrics.identity.Identification;
import java.time.Duration;

/** Looks up the node's identity. */
@FunctionalInterface
public interface Identity {
  /** All that is known after one more lookup, which takes at most the given time. */
  Identification look(Duration limit);
}
