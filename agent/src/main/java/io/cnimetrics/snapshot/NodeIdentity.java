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
