package io.cnimetrics.identity;

import java.util.Optional;

/**
 * What the settings say of who the node is; it goes before all that is found out.
 *
 * @param nodeName its name in Kubernetes, or else the host's name
 * @param clusterId {@code --cluster-id} or {@code AWS_CLUSTER_ID}
 * @param region {@code --region} or {@code AWS_REGION}
 */
public record ConfiguredIdentity(
    String nodeName, Optional<String> clusterId, Optional<String> region) {}
