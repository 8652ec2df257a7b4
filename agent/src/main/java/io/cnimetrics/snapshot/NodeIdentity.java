package io.cnimetrics.snapshot;

import java.util.Optional;

/**
 * The identity of this node in metrics and AWS calls.
 *
 * @param nodeName the node's name in Kubernetes; if unknown, the host's name
 * @param clusterId the cluster's name
 */
public record NodeIdentity(
    String nodeName, Optional<String> clusterId, Optional<String> region, Instance instance) {
  /**
   * The source of the region or of the cluster's name.
   *
   * @param label a text for people and logs, such as {@code tag eks:cluster-name}
   * @param isTag whether the value comes from a tag of the instance
   */
  public record Origin(String label, boolean isTag) {
    /** A flag or its environment variable. */
    public static final Origin GIVEN = new Origin("given", false);

    /** The instance metadata service. */
    public static final Origin INSTANCE_METADATA = new Origin("instance metadata", false);

    /** A tag of the instance, shown by the instance metadata service. */
    public static Origin instanceTag(String key) {
      return new Origin("tag " + key, true);
    }

    /** A tag of the instance, returned by the EC2 API. */
    public static Origin ec2Tag(String key) {
      return new Origin("EC2 tag " + key, true);
    }
  }

  /** The sources of the cluster's name and of the region. */
  public record Origins(Optional<Origin> clusterId, Optional<Origin> region) {
    /** The sources for a node whose cluster and region are unknown. */
    public static final Origins NONE = new Origins(Optional.empty(), Optional.empty());
  }

  /** The region of the node's subnets. The agent sends metrics to {@code region}. */
  public Optional<String> instanceRegion() {
    return instance.region().or(() -> region);
  }
}
