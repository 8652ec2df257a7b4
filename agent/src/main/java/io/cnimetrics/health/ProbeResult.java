package io.cnimetrics.health;

import java.util.List;

/**
 * The result of a probe.
 *
 * @param complaints one line each: the fault and its remedy; empty if the probe passes
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
