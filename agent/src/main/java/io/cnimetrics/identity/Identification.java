package io.cnimetrics.identity;

import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who the node is, by what is given and else by what the instance tells.
 *
 * @param problems for each part that stays unknown, how to give it
 */
public record Identification(NodeIdentity node, List<Problem> problems) {
  /** What to do about a region that nothing tells. */
  public static final String UNKNOWN_REGION = "the region is unknown: give --region or AWS_REGION";

  /** What to do about a cluster's name that nothing tells. */
  public static final String UNKNOWN_CLUSTER =
      "the cluster's name is unknown: give --cluster-id or AWS_CLUSTER_ID";

  public Identification {
    problems = List.copyOf(problems);
  }

  /**
   * Puts the identity together.
   *
   * @param givenClusterId goes before the instance's tags
   * @param givenRegion goes before the instance's region
   */
  public static Identification of(
      String nodeName,
      Optional<String> givenClusterId,
      Optional<String> givenRegion,
      Instance instance) {
    List<Problem> problems = new ArrayList<>();
    Optional<String> region = givenRegion.or(instance::region);
    if (region.isEmpty()) {
      problems.add(unknown(UNKNOWN_REGION));
    }
    Optional<String> clusterId = givenClusterId.or(() -> byTags(instance, problems));
    return new Identification(new NodeIdentity(nodeName, clusterId, region, instance), problems);
  }

  private static Optional<String> byTags(Instance instance, List<Problem> problems) {
    ClusterName.Answer answer = ClusterName.of(instance.tags());
    if (answer instanceof ClusterName.Named named) {
      return Optional.of(named.name());
    }
    problems.add(
        answer instanceof ClusterName.Ambiguous ambiguous
            ? new Problem(Source.IMDS, Reason.MISMATCH, ambiguous.message())
            : unknown(UNKNOWN_CLUSTER));
    return Optional.empty();
  }

  private static Problem unknown(String message) {
    return new Problem(Source.IMDS, Reason.NOT_FOUND, message);
  }
}
