package io.cnimetrics.agent;

import io.cnimetrics.identity.Identification;
import java.time.Duration;

/** Finds out who the node is. */
@FunctionalInterface
public interface Identity {
  /** All that is known after one more look that takes at most so long. */
  Identification look(Duration limit);
}
