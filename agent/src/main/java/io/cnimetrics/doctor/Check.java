package io.cnimetrics.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** One thing that can be wrong with a node. It changes nothing. */
public interface Check {
  CheckSpec spec();

  /** Without these there is nothing to judge: it is then not asked. */
  default Set<Requirement> requirements() {
    return Set.of();
  }

  /** What it may take; only one that asks the world takes any time at all. */
  default Duration limit() {
    return Duration.ofSeconds(2);
  }

  /**
   * Looks, on a thread of its own; what it throws is a finding "not checked".
   *
   * @return at least one finding
   */
  List<Finding> run(NodeEvidence node);
}
