package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import java.util.function.Predicate;

/** What a check can be unable to do without. */
public enum Need {
  POOL("ipamD's interfaces could not be read", seen -> seen.last().snapshot().pool().isPresent()),
  METRICS(
      "ipamD's metrics could not be read", seen -> seen.last().snapshot().metrics().isPresent()),
  IPV4("pods live on IPv6, whose prefix never runs out", seen -> seen.mode() != AddressMode.IPV6),
  MAXIMUM("what the node can reach is unknown", seen -> seen.maximum().isPresent());

  private final String whyNot;
  private final Predicate<Examination> met;

  Need(String whyNot, Predicate<Examination> met) {
    this.whyNot = whyNot;
    this.met = met;
  }

  boolean met(Examination seen) {
    return met.test(seen);
  }

  String whyNot() {
    return whyNot;
  }
}
