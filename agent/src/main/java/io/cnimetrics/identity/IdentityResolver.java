package io.cnimetrics.identity;

import io.cnimetrics.aws.ClusterName;
import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.InstanceTags;
import io.cnimetrics.snapshot.Instance;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Resolves the node's identity over several attempts, and keeps what it already knows.
 *
 * <p>The caller decides when to retry, on one thread. EC2 is asked only if the cluster's name is
 * neither configured nor in a tag that instance metadata show.
 */
public final class IdentityResolver {
  private final Identification.Configured given;
  private final InstanceMetadata metadata;
  private final InstanceTags ec2;
  private Optional<InstanceMetadata.Result> read = Optional.empty();
  private Optional<Ec2Result<Map<String, String>>> answered = Optional.empty();

  public IdentityResolver(
      Identification.Configured given, InstanceMetadata metadata, InstanceTags ec2) {
    this.given = given;
    this.metadata = metadata;
    this.ec2 = ec2;
  }

  /**
   * Requests what is not known yet, and returns everything that is known.
   *
   * @param limit the limit of the attempt; each of the two services gets half of it
   */
  public Identification attempt(Duration limit) {
    Duration half = limit.dividedBy(2);
    InstanceMetadata.Result known =
        read.filter(result -> !result.isRetryable()).orElseGet(() -> readAgain(half));
    if (given.clusterId().isEmpty()) {
      askEc2(known.instance(), half);
    }
    return Identification.of(given, known, answered);
  }

  private InstanceMetadata.Result readAgain(Duration limit) {
    Instance before = read.map(InstanceMetadata.Result::instance).orElse(Instance.UNKNOWN);
    InstanceMetadata.Result now = metadata.read(limit);
    InstanceMetadata.Result all =
        new InstanceMetadata.Result(completed(now.instance(), before), now.problems());
    read = Optional.of(all);
    return all;
  }

  private static Instance completed(Instance now, Instance before) {
    return new Instance(
        now.id().or(before::id),
        now.type().or(before::type),
        now.region().or(before::region),
        now.availabilityZone().or(before::availabilityZone),
        now.tags().isEmpty() ? before.tags() : now.tags());
  }

  private void askEc2(Instance instance, Duration limit) {
    boolean found = answered.filter(Ec2Result.Found.class::isInstance).isPresent();
    if (found || !(ClusterName.of(instance.tags()) instanceof ClusterName.Unnamed)) {
      return;
    }
    // The instance's own region first: the configured region is where to publish and may differ.
    Optional<String> region = instance.region().or(given::region);
    if (instance.id().isPresent() && region.isPresent()) {
      answered = Optional.of(ec2.read(instance.id().get(), region.get(), limit));
    }
  }
}
