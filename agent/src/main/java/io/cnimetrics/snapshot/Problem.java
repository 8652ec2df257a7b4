package io.cnimetrics.snapshot;

/**
 * Something that kept a poll from knowing all it should.
 *
 * @param message one line for a person: what was asked, what came back and what to do
 */
public record Problem(Source source, Reason reason, String message) {
  public Problem {
    if (message.isBlank()) {
      throw new IllegalArgumentException("a problem needs a message");
    }
  }

  /** Reason, what was asked and what came back, without what to do. */
  public String brief() {
    int sentence = message.indexOf(". ");
    int clause = message.indexOf("; ");
    int end = sentence < 0 ? clause : sentence;
    return reason + ": " + (end < 0 ? message : message.substring(0, end));
  }
}
