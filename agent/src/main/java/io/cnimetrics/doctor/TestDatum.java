package io.cnimetrics.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether CloudWatch takes what the agent sends; it sends one datum, and only with leave. */
final class TestDatum implements Check {
  /** No dashboard or alarm of ours names it. */
  static final String METRIC = "doctorTest";

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "put-metric-data",
              "with `--send-test`: one datum, `"
                  + METRIC
                  + "` without dimensions, in the agent's"
                  + " namespace",
              "fail: denied, refused, or no answer",
              "Attach iam-policy/CNIMetricsHelperPolicy.json to the agent's role, for this"
                  + " namespace; see which role it has: aws sts get-caller-identity")
          .see(Pages.PUT_METRIC_DATA);

  private final Optional<Probes.TestSend> send;

  TestDatum(Optional<Probes.TestSend> send) {
    this.send = send;
  }

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Duration limit() {
    return Duration.ofSeconds(6);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<String> region = node.identity().region();
    if (send.isEmpty()) {
      return List.of(SPEC.notChecked("--send-test gives leave to send one datum, " + METRIC));
    } else if (region.isEmpty()) {
      return List.of(SPEC.notChecked("the region is unknown"));
    }
    return List.of(
        send.get()
            .send(METRIC, region.get())
            .map(
                refusal ->
                    SPEC.fail(
                        "CloudWatch does not take a datum",
                        refusal,
                        "Nothing of this node can be published: rights, credentials, or the way to"
                            + " CloudWatch are missing"))
            .orElseGet(() -> SPEC.ok("CloudWatch takes a datum", METRIC)));
  }
}
