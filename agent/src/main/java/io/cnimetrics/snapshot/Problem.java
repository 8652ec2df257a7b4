package io.cnimetrics.snapshot;

/**
 * Why a poll could not read a source, or why the agent does not trust an answer.
 *
 * @param fact the request and its result, or the wrong value
 * @param remedy what the operator can do, or what the agent does instead
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
