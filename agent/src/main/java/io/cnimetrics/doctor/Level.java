package io.cnimetrics.doctor;

/** The severity of a finding, worst first. */
public enum Level {
  /** Pods on this node get no address, or the agent cannot see why. */
  FAIL("fail"),
  /** Something is wrong, was wrong at some time since ipamD started, or will soon be. */
  WARN("warn"),
  /** Worth knowing; no problem. */
  NOTE("note"),
  OK("ok"),
  /** A permission, a source or a second poll is missing; the finding says which. */
  NOT_CHECKED("not checked");

  private final String label;

  Level(String label) {
    this.label = label;
  }

  /** The name in the output. */
  public String label() {
    return label;
  }
}
