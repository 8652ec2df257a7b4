package io.cnimetrics.doctor;

import java.time.Instant;
import java.util.List;

/**
 * The result of all checks.
 *
 * @param findings the worst first; a cause comes before its symptoms
 * @param now when the last poll started
 */
public record Diagnosis(Verdict verdict, List<Finding> findings, Instant now) {
  public Diagnosis {
    findings = List.copyOf(findings);
  }

  /** Whether a check failed. */
  public boolean fails() {
    return findings.stream().anyMatch(finding -> finding.level() == Level.FAIL);
  }
}
