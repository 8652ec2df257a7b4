package io.cnimetrics.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether the node's clock is right, by the date of an answer of AWS's. */
final class Clock implements Check {
  private static final Duration MOST = Duration.ofSeconds(30);

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "clock",
              "the `Date` of an answer of CloudWatch's",
              "warn: off by over 30 s",
              "See what keeps the node's time: chronyc tracking; the Amazon Time Sync Service is at"
                  + " 169.254.169.123")
          .see(Pages.TIME);

  private final Probes.Endpoint endpoint;

  Clock(Probes.Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<String> region = node.identity().region();
    if (region.isEmpty()) {
      return List.of(SPEC.notChecked("the region is unknown"));
    }
    Probes.EndpointResult visit = endpoint.probe(region.get());
    if (visit.ahead().isEmpty()) {
      return List.of(
          SPEC.notChecked(
              visit.failure().orElse("the answer has no date") + ", of " + visit.url()));
    }
    Duration ahead = visit.ahead().get();
    String evidence =
        "%d s %s AWS's"
            .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "ahead of" : "behind");
    return List.of(
        ahead.abs().compareTo(MOST) > 0
            ? SPEC.warn(
                "The node's clock is wrong",
                evidence,
                "Metrics are stamped with wrong minutes, and from 5 min on AWS refuses what is"
                    + " signed")
            : SPEC.ok("The clock is right", evidence));
  }
}
