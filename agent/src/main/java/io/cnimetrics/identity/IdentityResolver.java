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
 * Finds the node's identity in several attempts. Each attempt keeps the values found before.
 *
 * <p>The caller makes all attempts on one thread and decides when to try again. An attempt calls
 * EC2 only if neither the settings nor the tags of instance metadata name the cluster.
 */
public final class IdentityResolver {
  private final Identification.Configured given;
  private final InstanceMetadata metadata;
  private final Optional<InstanceTags> ec2;
  private Optional<InstanceMetadata.Result> read = Optional.empty();
  private Optional<Ec2Result<Map<String, String>>> answered = Optional.empty();

  /**
   * @param ec2 empty if nothing needs the cluster's name
   */
  public IdentityResolver(
      Identification.Configured given, InstanceMetadata metadata, Optional<InstanceTags> ec2) {
    this.given = given;
    this.metadata = metadata;
    this.ec2 = ec2;
  }

  /**
   * Requests the values that are still unknown, and returns all known values.
   *
   * @param limit the time limit of the attempt, half for instance metadata and half for EC2
   */
  public Identification attempt(Duration limit) {
    Duration half = limit.dividedBy(2);
    InstanceMetadata.Result known =
        read.filter(result -> !result.isRetryable()).orElseGet(() -> readAgain(half));
    if (given.clusterId().isEmpty()) {
      ec2.ifPresent(tags -> askEc2(tags, known.instance(), half));
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

  private void askEc2(InstanceTags tags, Instance instance, Duration limit) {
    boolean found = answered.filter(Ec2Result.Found.class::isInstance).isPresent();
    if (found || !(ClusterName.of(instance.tags()) instanceof ClusterName.Unnamed)) {
      return;
    }
    // The tags are in the instance's region. The configured region is the region of CloudWatch,
    // which can be another region.
    Optional<String> region = instance.region().or(given::region);
    if (instance.id().isPresent() && region.isPresent()) {
      answered = Optional.of(tags.read(instance.id().get(), region.get(), limit));
    }
  }
}
