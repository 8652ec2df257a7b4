package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;

/** Writes counts as text. */
final class EvidenceText {
  private EvidenceText() {}

  /** Returns a text such as {@code 2 ENIs, 28 addresses}. */
  static String of(AddressPool pool) {
    return enis(pool.eniCount()) + ", " + addresses(pool.totalIpv4());
  }

  static String enis(long count) {
    return count == 1 ? "1 ENI" : count + " ENIs";
  }

  static String addresses(long count) {
    return count == 1 ? "1 address" : count + " addresses";
  }
}
