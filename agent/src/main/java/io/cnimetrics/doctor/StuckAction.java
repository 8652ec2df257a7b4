package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/** Whether ipamD gets to an end with what it is at. */
final class StuckAction implements Check {
  private static final Series IN_PROGRESS = MetricCatalog.series("ipamdActionInProgress");
  private static final Topic TOPIC =
      Topic.of(
          "stuck-action",
          "`awscni_ipamd_action_inprogress`, at several polls",
          "warn: over 0 at every one",
          "Watch for longer: doctor --watch 5; if it stays, restart ipamD: " + AwsNode.RESTART);

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.METRICS);
  }

  @Override
  public List<Finding> look(Examination seen) {
    String evidence = "%.0f actions in progress".formatted(seen.total(IN_PROGRESS));
    if (!isBusy(seen.last())) {
      return List.of(TOPIC.ok("ipamD is at no change of its pool", evidence));
    } else if (!seen.showsTrend()) {
      return List.of(TOPIC.notChecked(evidence + ": whether they end shows with --watch 2"));
    }
    return List.of(
        seen.lasts(StuckAction::isBusy)
            ? TOPIC.warn(
                "ipamD does not end what it is at",
                evidence + " at each of %d polls".formatted(seen.looks().size()),
                "A call of EC2 that hangs or is tried over and over")
            : TOPIC.ok("ipamD changes its pool", evidence));
  }

  private static boolean isBusy(Look look) {
    return look.snapshot()
        .metrics()
        .filter(metrics -> metrics.total(IN_PROGRESS).orElse(0) > 0)
        .isPresent();
  }
}
