package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import java.util.function.Predicate;

/** What a check needs to know before it can judge. */
enum Requirement {
  POOL("ipamD's interfaces could not be read", node -> node.snapshot().pool().isPresent()),
  METRICS("ipamD's metrics could not be read", node -> node.snapshot().metrics().isPresent()),
  IPV4("pods use IPv6, and its prefix does not run out", node -> node.mode() != AddressMode.IPV6),
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

  /** Why a check without it does not judge. */
  String whyNot() {
    return whyNot;
  }
}
