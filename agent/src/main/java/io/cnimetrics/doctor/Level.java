package io.cnimetrics.doctor;

/** How much a finding matters, worst first. */
public enum Level {
  /** Pods on this node get no address, or the agent cannot see why. */
  FAIL("fail"),
  /** Something is wrong, was wrong since ipamD started, or will soon be. */
  WARN("warn"),
  /** Worth knowing; nothing is wrong. */
  NOTE("note"),
  OK("ok"),
  /** A right, a source or a second poll is missing; the finding says which. */
  NOT_CHECKED("not checked");

  private final String label;

  Level(String label) {
    this.label = label;
  }

  /** The name people and tools read. */
  public String label() {
    return label;
  }
}
