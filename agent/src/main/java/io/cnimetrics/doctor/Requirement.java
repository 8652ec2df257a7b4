package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import java.util.function.Predicate;

/** What a check can be unable to do without. */
public enum Requirement {
  POOL("ipamD's interfaces could not be read", node -> node.last().snapshot().pool().isPresent()),
  METRICS(
      "ipamD's metrics could not be read", node -> node.last().snapshot().metrics().isPresent()),
  IPV4("pods live on IPv6, whose prefix never runs out", node -> node.mode() != AddressMode.IPV6),
  MAXIMUM("what the node can reach is unknown", node -> node.maximum().isPresent());

  private final String whyNot;
  private final Predicate<NodeEvidence> met;

  Requirement(String whyNot, Predicate<NodeEvidence> met) {
    this.whyNot = whyNot;
    this.met = met;
  }

  boolean met(NodeEvidence node) {
    return met.test(node);
  }

  String whyNot() {
    return whyNot;
  }
}
