package io.cnimetrics.doctor;

/** The severity of a finding. The worst level is first. */
public enum Level {
  /** Pods on this node get no address now, or doctor cannot see whether pods get addresses. */
  FAIL("fail"),
  /** Something is wrong now, or is perhaps wrong now. */
  WARN("warn"),
  /** The trouble has ended, or the fact is useful but is no problem. */
  NOTE("note"),
  OK("ok"),
  /** The check needs a permission, a source or a second poll that is missing. */
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
