package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.IpamdMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Whether ipamD keeps running. */
final class IpamdRestarts implements Check {
  private static final Duration YOUNG = Duration.ofMinutes(10);

  /** A node whose ipamD is not much younger than itself has just been made. */
  private static final Duration STARTUP = Duration.ofMinutes(15);

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "ipamd-restarts",
              "the start of ipamD's process",
              "fail: two or more restarts while watched; warn: one, or started less than 10 minutes"
                  + " ago on a node that is older",
              "See why it ended, by the pod's Last State (describe) and its log before (logs -c"
                  + " aws-node -p): "
                  + AwsNode.FIND)
          .see(Pages.TROUBLESHOOTING);

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
    long restarts = node.last().reading().history().restarts();
    if (restarts > 0) {
      String evidence =
          "%d %s in %d polls"
              .formatted(restarts, restarts == 1 ? "restart" : "restarts", node.polls().size());
      String cause = "A failing liveness probe, too little memory, or a change of the DaemonSet";
      return List.of(
          restarts > 1
              ? SPEC.fail("ipamD restarts over and over", evidence, cause)
              : SPEC.warn("ipamD restarted while watched", evidence, cause));
    }
    return List.of(sinceStart(node));
  }

  private static Finding sinceStart(NodeEvidence node) {
    IpamdMetrics metrics = node.metrics();
    if (metrics.processStartSeconds().isEmpty()) {
      return SPEC.notChecked("ipamD does not report when its process started");
    }
    double start = metrics.processStartSeconds().getAsDouble();
    double age = node.snapshot().takenAt().toEpochMilli() / 1000.0 - start;
    double sinceBoot = start - metrics.bootSeconds().orElse(start);
    String evidence = "it has run for %s".formatted(time(age));
    return age < YOUNG.toSeconds() && sinceBoot > STARTUP.toSeconds()
        ? SPEC.warn(
            "ipamD restarted not long ago",
            "%s, the node for %s".formatted(evidence, time(age + sinceBoot)),
            "An upgrade or change of aws-node, or a crash")
        : SPEC.ok("ipamD keeps running", evidence);
  }

  private static String time(double seconds) {
    return seconds < 7_200
        ? "%.0f min".formatted(Math.floor(seconds / 60))
        : "%.0f h".formatted(Math.floor(seconds / 3_600));
  }
}
