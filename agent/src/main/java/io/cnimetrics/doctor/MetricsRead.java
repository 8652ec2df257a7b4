package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;

/** Whether ipamD's counters can be read. */
final class MetricsRead implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
          "metrics",
          "`GET /metrics` of ipamD",
          "warn: off by setting, refused, or no text of ipamD's: there are no counters then",
          "Unless DISABLE_METRICS is wanted, remove it: kubectl -n kube-system set env ds aws-node"
              + " DISABLE_METRICS-; if it is, give --metrics-url none");

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    return List.of(
        node.snapshot()
            .metrics()
            .map(
                read ->
                    SPEC.ok(
                        "ipamD reports its counters",
                        "VPC CNI " + read.cniVersion().orElse("of unknown release")))
            .orElseGet(() -> missing(node.problems(Source.METRICS).get(0))));
  }

  private static Finding missing(Problem problem) {
    boolean wanted = problem.reason() == Reason.DEGRADED;
    return SPEC.warn(
        wanted ? "ipamD's metrics are not read" : "ipamD's metrics cannot be read",
        wanted ? "--metrics-url none" : problem.brief(),
        problem.reason() == Reason.UNREACHABLE
            ? "DISABLE_METRICS is set for aws-node, or ipamD does not run"
            : "Without them refused pods, errors of EC2 and restarts stay unseen");
  }
}
