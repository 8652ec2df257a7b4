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
 * Who the node is, as far as it is known, by what is given, else by what the instance tells of
 * itself, and else by what EC2 tells of it.
 */
public record Identification(
    String nodeName,
    IdentityField region,
    IdentityField clusterId,
    InstanceMetadata.Result metadata) {
  /** What to do about a region that nothing tells. */
  public static final String UNKNOWN_REGION = "the region is unknown: give --region or AWS_REGION";

  /** What to do about a cluster's name that nothing tells. */
  public static final String UNKNOWN_CLUSTER =
      "the cluster's name is unknown: give --cluster-id or AWS_CLUSTER_ID";

  /** What whoever wants to send can do. */
  public enum State {
    /** Region and cluster's name are known: send. */
    COMPLETE,
    /** One of them was refused, or could not be asked for: try again, it may come. */
    RETRY,
    /** All was answered and does not tell: only a person can help, by what the problems name. */
    UNRESOLVABLE
  }

  /**
   * By what is given and by instance metadata alone. EC2 is not asked: a name that only it knows is
   * as hopeless as one that nobody knows.
   */
  public static Identification of(ConfiguredIdentity given, InstanceMetadata.Result metadata) {
    return of(given, metadata, Optional.empty());
  }

  /**
   * By all that is known.
   *
   * @param ec2 what EC2 answered, if it was asked; counts where metadata do not tell
   */
  static Identification of(
      ConfiguredIdentity given,
      InstanceMetadata.Result metadata,
      Optional<InstanceTags.Result> ec2) {
    return new Identification(
        given.nodeName(), region(given, metadata), clusterId(given, metadata, ec2), metadata);
  }

  /** The identity, with what is known of it. */
  public NodeIdentity node() {
    return new NodeIdentity(nodeName, clusterId.value(), region.value(), metadata.instance());
  }

  /** Where region and cluster's name come from. */
  public Origins origins() {
    return new Origins(clusterId.origin(), region.origin());
  }

  /** Whether region and cluster's name are there, or may come. */
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
   * Whether a later attempt cannot add anything. A complete identity need not be settled: the
   * instance's id, type and zone may still come, which dimensions and limits can want.
   */
  public boolean isFinal() {
    return state() != State.RETRY && !metadata.isRetryable();
  }

  /** What kept from knowing more; for each part that is unknown, how to give it. */
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
        .orElseGet(() -> notTold(UNKNOWN_REGION, metadata));
  }

  private static IdentityField clusterId(
      ConfiguredIdentity given,
      InstanceMetadata.Result metadata,
      Optional<InstanceTags.Result> ec2) {
    return known(given.clusterId(), new Origin.Given())
        .or(() -> byShownTags(metadata.instance()))
        .or(() -> ec2.map(Identification::byEc2))
        .orElseGet(() -> notTold(unknownCluster(metadata.instance()), metadata));
  }

  /** A tag that could not be used is worth more words than none. */
  private static String unknownCluster(Instance instance) {
    return ClusterName.of(instance.tags()) instanceof ClusterName.Unnamed unnamed
            && !unnamed.unusableTags().isEmpty()
        ? unnamed.message()
        : UNKNOWN_CLUSTER;
  }

  private static Optional<IdentityField> known(Optional<String> value, Origin origin) {
    return value.map(name -> new IdentityField.Resolved(name, origin));
  }

  /** Metadata that could be read and are silent stay so; what kept us from them may pass. */
  private static IdentityField notTold(String message, InstanceMetadata.Result metadata) {
    return new IdentityField.Unresolved(
        new Problem(Source.IMDS, Reason.NOT_FOUND, message), metadata.isRetryable());
  }

  private static Optional<IdentityField> byShownTags(Instance instance) {
    ClusterName.Result name = ClusterName.of(instance.tags());
    if (name instanceof ClusterName.Named named) {
      return Optional.of(
          new IdentityField.Resolved(named.name(), new Origin.InstanceTag(named.tag())));
    } else if (name instanceof ClusterName.Ambiguous ambiguous) {
      return Optional.of(never(Source.IMDS, Reason.MISMATCH, ambiguous.message()));
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
      return never(Source.EC2, Reason.MISMATCH, ambiguous.message());
    }
    return never(Source.EC2, Reason.NOT_FOUND, ((ClusterName.Unnamed) name).message());
  }

  private static IdentityField never(Source source, Reason reason, String message) {
    return new IdentityField.Unresolved(new Problem(source, reason, message), false);
  }
}
