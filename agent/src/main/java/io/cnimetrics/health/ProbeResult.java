package io.cnimetrics.health;

import java.util.List;

/**
 * What a probe is told.
 *
 * @param complaints one line each: what is wrong, and what to do; none if all is well
 */
public record ProbeResult(List<String> complaints) {
  public ProbeResult {
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
