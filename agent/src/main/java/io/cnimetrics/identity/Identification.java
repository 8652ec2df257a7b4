package io.cnimetrics.identity;

import io.cnimetrics.aws.ClusterName;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.InstanceTags;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Origin;
import io.cnimetrics.snapshot.Origins;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The node's identity as far as it is known: from the settings, else from instance metadata, else
 * from EC2.
 */
public record Identification(
    String nodeName,
    IdentityField region,
    IdentityField clusterId,
    InstanceMetadata.Result metadata) {
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
  public static Identification of(ConfiguredIdentity given, InstanceMetadata.Result metadata) {
    return of(given, metadata, Optional.empty());
  }

  /**
   * From everything that is known.
   *
   * @param ec2 EC2's answer, if it was asked; used if the metadata lack the name
   */
  static Identification of(
      ConfiguredIdentity given,
      InstanceMetadata.Result metadata,
      Optional<InstanceTags.Result> ec2) {
    return new Identification(
        given.nodeName(), region(given, metadata), clusterId(given, metadata, ec2), metadata);
  }

  /** The identity, as far as it is known. */
  public NodeIdentity node() {
    return new NodeIdentity(nodeName, clusterId.value(), region.value(), metadata.instance());
  }

  /** The origins of the region and the cluster's name. */
  public Origins origins() {
    return new Origins(clusterId.origin(), region.origin());
  }

  /** Whether the region and the cluster's name are known, or can still become known. */
  public State state() {
    List<IdentityField.Unresolved> missing = missing().toList();
    if (missing.isEmpty()) {
      return State.COMPLETE;
    }
    return missing.stream().allMatch(IdentityField.Unresolved::retryable)
        ? State.RETRY
        : State.UNRESOLVABLE;
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
    return Stream.concat(
            metadata.problems().stream(), missing().map(IdentityField.Unresolved::problem))
        .toList();
  }

  private Stream<IdentityField.Unresolved> missing() {
    return Stream.of(region, clusterId)
        .filter(IdentityField.Unresolved.class::isInstance)
        .map(IdentityField.Unresolved.class::cast);
  }

  private static IdentityField region(ConfiguredIdentity given, InstanceMetadata.Result metadata) {
    return known(given.region(), new Origin.Given())
        .or(() -> known(metadata.instance().region(), new Origin.InstanceMetadata()))
        .orElseGet(() -> missingValue(UNKNOWN_REGION, metadata));
  }

  private static IdentityField clusterId(
      ConfiguredIdentity given,
      InstanceMetadata.Result metadata,
      Optional<InstanceTags.Result> ec2) {
    return known(given.clusterId(), new Origin.Given())
        .or(() -> byShownTags(metadata.instance()))
        .or(() -> ec2.map(Identification::byEc2))
        .orElseGet(() -> missingValue(unknownCluster(metadata.instance()), metadata));
  }

  /** An unusable tag gets a more detailed message than a missing one. */
  private static Problem unknownCluster(Instance instance) {
    return ClusterName.of(instance.tags()) instanceof ClusterName.Unnamed unnamed
            && !unnamed.unusableTags().isEmpty()
        ? unnamed.problem(Source.IMDS)
        : UNKNOWN_CLUSTER;
  }

  private static Optional<IdentityField> known(Optional<String> value, Origin origin) {
    return value.map(name -> new IdentityField.Resolved(name, origin));
  }

  /**
   * If the metadata were read and lack the value, a retry is useless; a failed read can be retried.
   */
  private static IdentityField missingValue(Problem problem, InstanceMetadata.Result metadata) {
    return new IdentityField.Unresolved(problem, metadata.isRetryable());
  }

  private static Optional<IdentityField> byShownTags(Instance instance) {
    ClusterName.Result name = ClusterName.of(instance.tags());
    if (name instanceof ClusterName.Named named) {
      return Optional.of(
          new IdentityField.Resolved(named.name(), new Origin.InstanceTag(named.tag())));
    } else if (name instanceof ClusterName.Ambiguous ambiguous) {
      return Optional.of(never(ambiguous.problem(Source.IMDS)));
    }
    return Optional.empty();
  }

  private static IdentityField byEc2(InstanceTags.Result answer) {
    if (answer instanceof InstanceTags.Failed failure) {
      return new IdentityField.Unresolved(failure.problem(), true);
    }
    ClusterName.Result name = ClusterName.of(((InstanceTags.Found) answer).tags());
    if (name instanceof ClusterName.Named named) {
      return new IdentityField.Resolved(named.name(), new Origin.Ec2Tag(named.tag()));
    } else if (name instanceof ClusterName.Ambiguous ambiguous) {
      return never(ambiguous.problem(Source.EC2));
    }
    return never(((ClusterName.Unnamed) name).problem(Source.EC2));
  }

  private static IdentityField never(Problem problem) {
    return new IdentityField.Unresolved(problem, false);
  }
}
