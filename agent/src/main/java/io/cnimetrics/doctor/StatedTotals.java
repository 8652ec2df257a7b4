package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the totals that ipamD states are those of its own lists. */
final class StatedTotals implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
          "stated-totals",
          "`TotalIPs` and `AssignedIPs` of `/v1/enis`, against its lists",
          "note: they differ; the lists are right, and are what the agent reports",
          "Nothing here; tools that read TotalIPs are wrong until aws-node restarts");

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL, Requirement.IPV4);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    String evidence =
        node.problems(Source.INTROSPECTION).stream()
            .filter(problem -> problem.reason() == Reason.MISMATCH)
            .map(Problem::fact)
            .collect(Collectors.joining("; "));
    return List.of(
        evidence.isEmpty()
            ? SPEC.ok("ipamD's totals add up", "as its lists")
            : SPEC.note(
                "ipamD's own totals do not add up",
                evidence,
                "It subtracts twice what was removed by force, or counts what it dropped"));
  }
}
