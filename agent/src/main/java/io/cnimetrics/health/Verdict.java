package io.cnimetrics.health;

import java.util.List;

/**
 * What a probe is told.
 *
 * @param complaints one line each: what is wrong, and what to do; none if all is well
 */
public record Verdict(List<String> complaints) {
  public Verdict {
    complaints = List.copyOf(complaints);
  }

  /** Whether the probe passes. */
  public boolean good() {
    return complaints.isEmpty();
  }

  Response response() {
    return good()
        ? Response.text(Response.OK, "ok\n")
        : Response.text(Response.UNAVAILABLE, String.join("\n", complaints) + "\n");
  }
}
