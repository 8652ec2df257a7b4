package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Origin;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Whether what nothing can be published without is known, and from where. */
enum IdentityResolved implements Check {
  CLUSTER(
      CheckSpec.of(
          "cluster-name",
          "`--cluster-id`, else the instance's tags",
          "warn: unknown, so that nothing is published; note: found by a tag",
          "Give --cluster-id or AWS_CLUSTER_ID (the chart's clusterId): no call of EC2, less"
              + " memory"),
      node -> node.identity().clusterId(),
      node -> node.origins().clusterId(),
      "The cluster's name"),
  REGION(
      CheckSpec.of(
          "region",
          "`--region`, else instance metadata",
          "warn: unknown, so that nothing is published",
          "Give --region or AWS_REGION"),
      node -> node.identity().region(),
      node -> node.origins().region(),
      "The region");

  private final CheckSpec spec;
  private final Function<NodeEvidence, Optional<String>> value;
  private final Function<NodeEvidence, Optional<Origin>> origin;
  private final String what;

  IdentityResolved(
      CheckSpec spec,
      Function<NodeEvidence, Optional<String>> value,
      Function<NodeEvidence, Optional<Origin>> origin,
      String what) {
    this.spec = spec;
    this.value = value;
    this.origin = origin;
    this.what = what;
  }

  @Override
  public CheckSpec spec() {
    return spec;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<String> known = value.apply(node);
    Optional<Origin> from = origin.apply(node);
    if (known.isEmpty()) {
      return List.of(
          spec.warn(what + " is unknown", why(node), "It is not set, and no other source has it"));
    }
    String evidence = known.get() + from.map(Origin::label).map(l -> " (" + l + ")").orElse("");
    return List.of(
        from.filter(IdentityResolved::isGuess).isPresent()
            ? spec.note(
                what + " comes from a tag",
                evidence,
                "It is right as long as the tag is; each start costs a call")
            : spec.ok(what + " is known", evidence));
  }

  private static boolean isGuess(Origin origin) {
    return origin instanceof Origin.InstanceTag || origin instanceof Origin.Ec2Tag;
  }

  /** What kept from it; that something does not tell it is no evidence. */
  private static String why(NodeEvidence node) {
    return Stream.of(Source.EC2, Source.IMDS)
        .flatMap(source -> node.problems(source).stream())
        .filter(problem -> problem.reason() != Reason.NOT_FOUND)
        .findFirst()
        .map(Problem::brief)
        .orElse("no flag, no tag, no instance metadata");
  }
}
