package io.cnimetrics.doctor;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the agent was told of the node.
 *
 * @param metricsUrl where ipamD's Prometheus text should be; empty if it is not to be read
 * @param maxPods the kubelet's, if it was given
 * @param hostNetworkPods pods that take no address
 * @param stateDir where the agent keeps what it could not send
 * @param injectors variables by which something loads an agent into every JVM
 */
public record AgentSettings(
    Optional<URI> metricsUrl,
    OptionalInt maxPods,
    int hostNetworkPods,
    Optional<Path> stateDir,
    List<String> injectors) {
  public AgentSettings {
    injectors = List.copyOf(injectors);
  }
}
