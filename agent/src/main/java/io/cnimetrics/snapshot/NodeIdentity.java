package io.cnimetrics.snapshot;

import java.util.Optional;

/**
 * Who this node is to the outside.
 *
 * @param nodeName its name in Kubernetes, or else the host's name
 * @param clusterId the cluster's name
 */
public record NodeIdentity(
    String nodeName, Optional<String> clusterId, Optional<String> region, Instance instance) {
  /** Where its subnets are. The region that is given says where to publish. */
  public Optional<String> instanceRegion() {
    return instance.region().or(() -> region);
  }
}
