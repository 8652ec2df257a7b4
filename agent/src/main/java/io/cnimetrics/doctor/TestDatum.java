package io.cnimetrics.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether CloudWatch takes what the agent sends; it sends one datum, and only with leave. */
final class TestDatum implements Check {
  /** No dashboard or alarm of ours names it. */
  static final String METRIC = "doctorTest";

  private static final Topic TOPIC =
      Topic.of(
              "put-metric-data",
              "with `--send-test`: one datum, `"
                  + METRIC
                  + "` without dimensions, in the agent's"
                  + " namespace",
              "fail: denied, refused, or no answer",
              "Attach iam-policy/CNIMetricsHelperPolicy.json to the agent's role, for this"
                  + " namespace; see which role it has: aws sts get-caller-identity")
          .see(Pages.PUT_METRIC_DATA);

  private final Optional<World.TestSend> send;

  TestDatum(Optional<World.TestSend> send) {
    this.send = send;
  }

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Duration limit() {
    return Duration.ofSeconds(6);
  }

  @Override
  public List<Finding> look(Examination seen) {
    Optional<String> region = seen.node().region();
    if (send.isEmpty()) {
      return List.of(TOPIC.notChecked("--send-test gives leave to send one datum, " + METRIC));
    } else if (region.isEmpty()) {
      return List.of(TOPIC.notChecked("the region is unknown"));
    }
    return List.of(
        send.get()
            .send(METRIC, region.get())
            .map(
                refusal ->
                    TOPIC.fail(
                        "CloudWatch does not take a datum",
                        refusal,
                        "Nothing of this node can be published: rights, credentials, or the way to"
                            + " CloudWatch are missing"))
            .orElseGet(() -> TOPIC.ok("CloudWatch takes a datum", METRIC)));
  }
}
