package io.cnimetrics.identity;

import java.util.Optional;

/**
 * The node's identity as configured; it has priority over everything that is discovered.
 *
 * @param nodeName the Kubernetes node name, or else the host name
 * @param clusterId {@code --cluster-id} or {@code AWS_CLUSTER_ID}
 * @param region {@code --region} or {@code AWS_REGION}
 */
public record ConfiguredIdentity(
    String nodeName, Optional<String> clusterId, Optional<String> region) {}
