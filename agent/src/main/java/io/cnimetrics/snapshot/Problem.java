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
}
