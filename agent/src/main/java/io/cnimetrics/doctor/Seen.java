package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Problem;

/** Problems of a poll as evidence. */
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
}
