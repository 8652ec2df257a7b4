package io.cnimetrics.doctor;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The settings of the agent that checks need.
 *
 * @param metricsUrl the address of ipamD's metrics; empty if the agent does not read them
 * @param maxPods the kubelet's maximum number of pods; empty if it is not set
 * @param hostNetworkPods number of pods on the host network, which need no address
 * @param stateDir the directory for unsent metrics
 * @param injectors environment variables that load a Java agent into every JVM
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
