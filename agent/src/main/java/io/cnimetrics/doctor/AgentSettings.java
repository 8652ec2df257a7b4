package io.cnimetrics.doctor;

import io.cnimetrics.capacity.PodLimits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The agent's settings that the doctor's checks use.
 *
 * @param introspectionUrl the URL of ipamD's introspection; empty if the agent does not read it
 * @param metricsUrl the URL of ipamD's metrics text; empty if the agent does not read this text
 * @param ipCooldown the time for which ipamD gives a released address to no pod
 * @param hostNetworkPods the number of pods on the host network; these pods need no address
 * @param stateDir the directory of the journal; empty if {@code --state-dir} is not set
 * @param sends whether the agent sends metrics to a receiver; false if only Prometheus reads them
 * @param cloudWatch whether a receiver is CloudWatch
 * @param injectors the names of environment variables that load a Java agent into the JVM
 */
public record AgentSettings(
    Optional<URI> introspectionUrl,
    Optional<URI> metricsUrl,
    Duration ipCooldown,
    MaxPods maxPods,
    int hostNetworkPods,
    Optional<Path> stateDir,
    boolean sends,
    boolean cloudWatch,
    List<String> injectors) {
  public AgentSettings {
    injectors = List.copyOf(injectors);
  }

  /** The limits that max-pods sets. */
  public PodLimits podLimits() {
    return new PodLimits(maxPods.pods(), hostNetworkPods);
  }

  /**
   * The kubelet's max-pods.
   *
   * @param source where the number comes from, such as {@code --max-pods} or the path of a file;
   *     empty if the number is assumed
   */
  public record MaxPods(int pods, Optional<String> source) {}
}
