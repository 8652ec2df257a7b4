package io.cnimetrics.identity;

import io.cnimetrics.aws.ClusterName;
import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The known parts of the node's identity. A value from the settings has priority over a value from
 * instance metadata. A value from instance metadata has priority over a value from EC2.
 */
public record Identification(
    String nodeName, Field region, Field clusterId, InstanceMetadata.Result metadata) {
  /** The problem if the region is not in the settings and not in instance metadata. */
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
   * The parts of the node's identity in the settings. They have priority over detected values.
   *
   * @param nodeName the configured node name; the host name if no node name is configured
   * @param clusterId the value of {@code --cluster-id} or {@code AWS_CLUSTER_ID}
   * @param region the value of {@code --region} or {@code AWS_REGION}
   */
  public record Configured(String nodeName, Optional<String> clusterId, Optional<String> region) {}

  /** The region or the cluster's name. The agent needs both values before it can send metrics. */
  public sealed interface Field {}

  record Resolved(String value, Origin origin) implements Field {}

  /**
   * An unknown value.
   *
   * @param problem the reason why the value is unknown, and how to set the value
   * @param retryable whether a later attempt can find the value; if false, the settings must be
   *     changed
   */
  record Unresolved(Problem problem, boolean retryable) implements Field {}

  /** Whether the agent knows enough of the identity to send metrics. */
  public enum State {
    /** The region and the cluster's name are known. Metrics can be sent. */
    COMPLETE,
    /** A request for the region or the cluster's name failed. A later attempt can succeed. */
    RETRY,
    /** Later attempts cannot find the missing value. A user must change the settings. */
    UNRESOLVABLE
  }

  /**
   * The identity from the settings and instance metadata. The cluster's name is unknown if only EC2
   * knows the name.
   */
  public static Identification of(Configured given, InstanceMetadata.Result metadata) {
    return of(given, metadata, Optional.empty());
  }

  /**
   * The identity from the settings, instance metadata and EC2.
   *
   * @param ec2 the instance's tags from EC2; used if instance metadata has no name of the cluster
   */
  static Identification of(
      Configured given,
      InstanceMetadata.Result metadata,
      Optional<Ec2Result<Map<String, String>>> ec2) {
    return new Identification(
        given.nodeName(), region(given, metadata), clusterId(given, metadata, ec2), metadata);
  }

  /** The known parts of the identity. */
  public NodeIdentity node() {
    return new NodeIdentity(
        nodeName,
        resolved(clusterId).map(Resolved::value),
        resolved(region).map(Resolved::value),
        metadata.instance());
  }

  public Origins origins() {
    return new Origins(
        resolved(clusterId).map(Resolved::origin), resolved(region).map(Resolved::origin));
  }

  /**
   * Whether the region and the cluster's name are known, or whether a later attempt can find them.
   */
  public State state() {
    List<Unresolved> missing = missing().toList();
    if (missing.isEmpty()) {
      return State.COMPLETE;
    }
    return missing.stream().allMatch(Unresolved::retryable) ? State.RETRY : State.UNRESOLVABLE;
  }

  /**
   * Whether further attempts are useless. A complete identity can still lack the instance's id,
   * type or zone, which dimensions and limits can need.
   */
  public boolean isFinal() {
    return state() != State.RETRY && !metadata.isRetryable();
  }

  /** The problems of instance metadata, and one problem for each value that must be set. */
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
    return known(given.region(), Origin.GIVEN)
        .or(() -> known(metadata.instance().region(), Origin.INSTANCE_METADATA))
        .orElseGet(() -> new Unresolved(UNKNOWN_REGION, metadata.isRetryable()));
  }

  private static Field clusterId(
      Configured given,
      InstanceMetadata.Result metadata,
      Optional<Ec2Result<Map<String, String>>> ec2) {
    ClusterName.Result shown = ClusterName.of(metadata.instance().tags());
    return known(given.clusterId(), Origin.GIVEN)
        .or(
            () ->
                shown instanceof ClusterName.Unnamed
                    ? ec2.map(Identification::byEc2)
                    : Optional.of(byTags(shown, Source.IMDS, Origin::instanceTag)))
        .orElseGet(() -> new Unresolved(unknownCluster(shown), metadata.isRetryable()));
  }

  /** Prefers the problem of an unusable tag, because its message has more details. */
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
    return byTags(ClusterName.of(tags), Source.EC2, Origin::ec2Tag);
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
