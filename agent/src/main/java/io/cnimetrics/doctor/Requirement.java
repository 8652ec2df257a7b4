package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import java.util.function.Predicate;

/** A fact that a check needs to judge a node. */
enum Requirement {
  POOL("ipamD's introspection could not be read", node -> node.snapshot().pool().isPresent()),
  METRICS("ipamD's metrics could not be read", node -> node.snapshot().metrics().isPresent()),
  IPV4("pods use IPv6, whose prefix never runs out", node -> node.mode() != AddressMode.IPV6),
  MAXIMUM("the node's maximum is unknown", node -> node.maximum().isPresent()),
  REGION("the region is unknown", node -> node.identity().region().isPresent());

  private final String whyNot;
  private final Predicate<NodeEvidence> met;

  Requirement(String whyNot, Predicate<NodeEvidence> met) {
    this.whyNot = whyNot;
    this.met = met;
  }

  boolean isMet(NodeEvidence node) {
    return met.test(node);
  }

  /** Why a check cannot judge if this requirement is not met. */
  String whyNot() {
    return whyNot;
  }
}
