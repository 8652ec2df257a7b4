package io.cnimetrics.snapshot;

/**
 * Something that a poll could not read or that it cannot trust.
 *
 * @param fact what was asked and what came back
 * @param remedy what to do, or what the agent does instead
 */
public record Problem(Source source, Reason reason, String fact, String remedy) {
  public Problem {
    if (fact.isBlank() || remedy.isBlank()) {
      throw new IllegalArgumentException("a problem needs a fact and a remedy");
    }
  }

  /** Fact and remedy in one line. */
  public String message() {
    return fact + "; " + remedy;
  }

  /** Reason and fact in one line. */
  public String brief() {
    return reason + ": " + fact;
  }
}
