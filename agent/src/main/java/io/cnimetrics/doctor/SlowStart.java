package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/** How long ipamD took until it could serve pods. */
final class SlowStart implements Check {
  static final Series SECONDS = Series.of("awscni_ipamd_startup_duration_seconds_sum");
  static final Series STARTS = Series.of("awscni_ipamd_startup_duration_seconds_count");
  static final Series FAILED =
      Series.of("awscni_ipamd_startup_duration_seconds_count", "success", Set.of("false"));

  /** From then on the kubelet asks aws-node whether it lives. */
  private static final double SLOW_SECONDS = 60;

  private static final CheckSpec SPEC =
      CheckSpec.of(
          "ipamd-start",
          "`awscni_ipamd_startup_duration_seconds`",
          "warn: a start took over 60 s, or failed",
          "See what it waited for: grep -i error /var/log/aws-routed-eni/ipamd.log; throttling"
              + " shows as ec2-throttled, missing rights as ec2-denied");

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
    OptionalDouble starts = node.gauge(STARTS);
    if (starts.orElse(0) <= 0) {
      return List.of(SPEC.notChecked("reported by VPC CNI 1.20.0 and later"));
    }
    double seconds = node.total(SECONDS) / starts.getAsDouble();
    double failed = node.total(FAILED);
    String evidence =
        String.format(Locale.ROOT, "%.1f s to the first pod, %.0f failed starts", seconds, failed);
    return List.of(
        seconds > SLOW_SECONDS || failed > 0
            ? SPEC.warn(
                failed > 0 ? "ipamD failed to start at first" : "ipamD started slowly",
                evidence,
                "EC2 throttles or refuses, the API server or instance metadata do not answer, or"
                    + " the node is short of CPU")
            : SPEC.ok("ipamD started quickly", evidence));
  }
}
