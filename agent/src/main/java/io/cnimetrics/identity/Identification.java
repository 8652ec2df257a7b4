package io.cnimetrics.identity;

import io.cnimetrics.aws.ClusterName;
import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.Origin;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The node's identity as far as it is known: from the settings, else from instance metadata, else
 * from EC2.
 */
public record Identification(
    String nodeName, Field region, Field clusterId, InstanceMetadata.Result metadata) {
  /** Neither configured nor in instance metadata. */
  public static final Problem UNKNOWN_REGION =
      new Problem(
          Source.IMDS, Reason.NOT_FOUND, "the region is unknown", "set --region or AWS_REGION");

  private static final Problem UNKNOWN_CLUSTER =
      new Problem(
          Source.IMDS,
          Reason.NOT_FOUND,
          "the cluster's name is unknown",
          "set --cluster-id or AWS_CLUSTER_ID");

  /**
   * The node's identity as configured; it has priority over everything that is discovered.
   *
   * @param nodeName the Kubernetes node name, or else the host name
   * @param clusterId {@code --cluster-id} or {@code AWS_CLUSTER_ID}
   * @param region {@code --region} or {@code AWS_REGION}
   */
  public record Configured(String nodeName, Optional<String> clusterId, Optional<String> region) {}

  /** A required part: without the region or the cluster's name nothing can be sent. */
  public sealed interface Field {}

  /** A known value and its origin. */
  record Resolved(String value, Origin origin) implements Field {}

  /**
   * An unknown value.
   *
   * @param problem why it is unknown, and how to set it
   * @param retryable whether a retry can help; if not, only a change of the settings can
   */
  record Unresolved(Problem problem, boolean retryable) implements Field {}

  /** Whether the identity is good enough for sending. */
  public enum State {
    /** Region and cluster's name are known: send. */
    COMPLETE,
    /** A request for one of them was refused or failed: try again, it can succeed. */
    RETRY,
    /**
     * Every request was answered, but without the value: only a change of the settings helps; the
     * problems say which.
     */
    UNRESOLVABLE
  }

  /**
   * From the settings and instance metadata only. EC2 is not asked: a cluster name that only EC2
   * knows counts as unknown.
   */
  public static Identification of(Configured given, InstanceMetadata.Result metadata) {
    return of(given, metadata, Optional.empty());
  }

  /**
   * From everything that is known.
   *
   * @param ec2 EC2's answer, if it was asked; used if the metadata lack the name
   */
  static Identification of(
      Configured given,
      InstanceMetadata.Result metadata,
      Optional<Ec2Result<Map<String, String>>> ec2) {
    return new Identification(
        given.nodeName(), region(given, metadata), clusterId(given, metadata, ec2), metadata);
  }

  /** The identity, as far as it is known. */
  public NodeIdentity node() {
    return new NodeIdentity(
        nodeName,
        resolved(clusterId).map(Resolved::value),
        resolved(region).map(Resolved::value),
        metadata.instance());
  }

  /** The origins of the region and the cluster's name. */
  public Origins origins() {
    return new Origins(
        resolved(clusterId).map(Resolved::origin), resolved(region).map(Resolved::origin));
  }

  /** Whether the region and the cluster's name are known, or can still become known. */
  public State state() {
    List<Unresolved> missing = missing().toList();
    if (missing.isEmpty()) {
      return State.COMPLETE;
    }
    return missing.stream().allMatch(Unresolved::retryable) ? State.RETRY : State.UNRESOLVABLE;
  }

  /**
   * Whether a later attempt cannot add anything. A complete identity may not be final yet:
   * dimensions and limits can need the instance's id, type and zone, which may still be missing.
   */
  public boolean isFinal() {
    return state() != State.RETRY && !metadata.isRetryable();
  }

  /** The failures so far and, for each unknown part, how to set it. */
  public List<Problem> problems() {
    return Stream.concat(metadata.problems().stream(), missing().map(Unresolved::problem)).toList();
  }

  private static Optional<Resolved> resolved(Field field) {
    return field instanceof Resolved resolved ? Optional.of(resolved) : Optional.empty();
  }

  private Stream<Unresolved> missing() {
    return Stream.of(region, clusterId)
        .filter(Unresolved.class::isInstance)
        .map(Unresolved.class::cast);
  }

  private static Field region(Configured given, InstanceMetadata.Result metadata) {
    return known(given.region(), new Origin.Given())
        .or(() -> known(metadata.instance().region(), new Origin.InstanceMetadata()))
        .orElseGet(() -> new Unresolved(UNKNOWN_REGION, metadata.isRetryable()));
  }

  private static Field clusterId(
      Configured given,
      InstanceMetadata.Result metadata,
      Optional<Ec2Result<Map<String, String>>> ec2) {
    ClusterName.Result shown = ClusterName.of(metadata.instance().tags());
    return known(given.clusterId(), new Origin.Given())
        .or(
            () ->
                shown instanceof ClusterName.Unnamed
                    ? ec2.map(Identification::byEc2)
                    : Optional.of(byTags(shown, Source.IMDS, Origin.InstanceTag::new)))
        .orElseGet(() -> new Unresolved(unknownCluster(shown), metadata.isRetryable()));
  }

  /** An unusable tag gets a more detailed message than a missing one. */
  private static Problem unknownCluster(ClusterName.Result shown) {
    return shown instanceof ClusterName.Unnamed unnamed && !unnamed.unusableTags().isEmpty()
        ? unnamed.problem(Source.IMDS)
        : UNKNOWN_CLUSTER;
  }

  private static Optional<Field> known(Optional<String> value, Origin origin) {
    return value.map(name -> new Resolved(name, origin));
  }

  private static Field byEc2(Ec2Result<Map<String, String>> answer) {
    if (answer instanceof Ec2Result.Failed<Map<String, String>> failure) {
      return new Unresolved(failure.problem(), true);
    }
    Map<String, String> tags = ((Ec2Result.Found<Map<String, String>>) answer).value();
    return byTags(ClusterName.of(tags), Source.EC2, Origin.Ec2Tag::new);
  }

  private static Field byTags(
      ClusterName.Result name, Source source, Function<String, Origin> origin) {
    if (name instanceof ClusterName.Named named) {
      return new Resolved(named.name(), origin.apply(named.tag()));
    }
    return new Unresolved(
        name instanceof ClusterName.Ambiguous ambiguous
            ? ambiguous.problem(source)
            : ((ClusterName.Unnamed) name).problem(source),
        false);
  }
}
