package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/** Whether ipamD gets to an end with what it is at. */
final class StuckAction implements Check {
  private static final Series IN_PROGRESS = MetricCatalog.IPAMD_ACTION_IN_PROGRESS.onlySeries();
  private static final CheckSpec SPEC =
      CheckSpec.of(
          "stuck-action",
          "`awscni_ipamd_action_inprogress`, at several polls",
          "warn: over 0 at every one",
          "Watch for longer: doctor --watch 5; if it stays, restart ipamD: " + AwsNode.RESTART);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.METRICS);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    String evidence = "%.0f actions in progress".formatted(node.total(IN_PROGRESS));
    if (!isBusy(node.last())) {
      return List.of(SPEC.ok("no pool change is in progress", evidence));
    } else if (!node.showsTrend()) {
      return List.of(SPEC.notChecked(evidence + ": whether they end shows with --watch 2"));
    }
    return List.of(
        node.lasts(StuckAction::isBusy)
            ? SPEC.warn(
                "An ipamD pool change is stuck",
                evidence + " at each of %d polls".formatted(node.polls().size()),
                "A call of EC2 that hangs or is tried over and over")
            : SPEC.ok("ipamD changes its pool", evidence));
  }

  private static boolean isBusy(Poll poll) {
    return poll.snapshot()
        .metrics()
        .filter(metrics -> metrics.total(IN_PROGRESS).orElse(0) > 0)
        .isPresent();
  }
}
