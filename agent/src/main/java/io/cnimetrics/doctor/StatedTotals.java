package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the totals that ipamD states are those of its own lists. */
final class StatedTotals implements Check {
  private static final Topic TOPIC =
      Topic.of(
          "stated-totals",
          "`TotalIPs` and `AssignedIPs` of `/v1/enis`, against its lists",
          "note: they differ; the lists are right, and are what the agent reports",
          "Nothing here; tools that read TotalIPs are wrong until aws-node restarts");

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.POOL, Need.IPV4);
  }

  @Override
  public List<Finding> look(Examination seen) {
    String evidence =
        seen.problems(Source.INTROSPECTION).stream()
            .filter(problem -> problem.reason() == Reason.MISMATCH)
            .map(Problem::message)
            .map(message -> message.split(";", 2)[0])
            .collect(Collectors.joining("; "));
    return List.of(
        evidence.isEmpty()
            ? TOPIC.ok("ipamD's totals add up", "as its lists")
            : TOPIC.note(
                "ipamD's own totals do not add up",
                evidence,
                "It subtracts twice what was removed by force, or counts what it dropped"));
  }
}
