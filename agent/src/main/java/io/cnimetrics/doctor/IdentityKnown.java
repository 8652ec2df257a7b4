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
enum IdentityKnown implements Check {
  CLUSTER(
      Topic.of(
          "cluster-name",
          "`--cluster-id`, else the instance's tags",
          "warn: unknown, so that nothing is published; note: found by a tag",
          "Give --cluster-id or AWS_CLUSTER_ID (the chart's clusterId): no call of EC2, less"
              + " memory"),
      seen -> seen.node().clusterId(),
      seen -> seen.origins().clusterId(),
      "The cluster's name"),
  REGION(
      Topic.of(
          "region",
          "`--region`, else instance metadata",
          "warn: unknown, so that nothing is published",
          "Give --region or AWS_REGION"),
      seen -> seen.node().region(),
      seen -> seen.origins().region(),
      "The region");

  private final Topic topic;
  private final Function<Examination, Optional<String>> value;
  private final Function<Examination, Optional<Origin>> origin;
  private final String what;

  IdentityKnown(
      Topic topic,
      Function<Examination, Optional<String>> value,
      Function<Examination, Optional<Origin>> origin,
      String what) {
    this.topic = topic;
    this.value = value;
    this.origin = origin;
    this.what = what;
  }

  @Override
  public Topic topic() {
    return topic;
  }

  @Override
  public List<Finding> look(Examination seen) {
    Optional<String> known = value.apply(seen);
    Optional<Origin> from = origin.apply(seen);
    if (known.isEmpty()) {
      return List.of(
          topic.warn(
              what + " is unknown", why(seen), "It is not given, and nothing else tells it"));
    }
    String evidence = known.get() + from.map(Origin::label).map(l -> " (" + l + ")").orElse("");
    return List.of(
        from.filter(IdentityKnown::isGuess).isPresent()
            ? topic.note(
                what + " comes from a tag",
                evidence,
                "It is right as long as the tag is; each start costs a call")
            : topic.ok(what + " is known", evidence));
  }

  private static boolean isGuess(Origin origin) {
    return origin instanceof Origin.InstanceTag || origin instanceof Origin.Ec2Tag;
  }

  /** What kept from it; that something does not tell it is no evidence. */
  private static String why(Examination seen) {
    return Stream.of(Source.EC2, Source.IMDS)
        .flatMap(source -> seen.problems(source).stream())
        .filter(problem -> problem.reason() != Reason.NOT_FOUND)
        .findFirst()
        .map(Problem::brief)
        .orElse("no flag, no tag, no instance metadata");
  }
}
