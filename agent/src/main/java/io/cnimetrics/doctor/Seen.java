package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Problem;

/** Evidence in words. */
final class Seen {
  private Seen() {}

  /** What was asked and what came back; the way out behind it is the finding's to give. */
  static String of(Problem problem) {
    String message = problem.message();
    int sentence = message.indexOf(". ");
    int clause = message.indexOf("; ");
    int end = sentence < 0 ? clause : sentence;
    return problem.reason() + ": " + (end < 0 ? message : message.substring(0, end));
  }

  /** Such as {@code 2 ENIs, 28 addresses}. */
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
