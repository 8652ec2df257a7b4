package io.cnimetrics.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.event.Level;

/**
 * All settings of the agent, checked.
 *
 * @param introspectionUrl {@code http://…} or {@code unix:/path}; empty if it is switched off
 * @param metricsUrl {@code http://…}; empty if it is not read
 * @param clusterId empty if the agent must detect it
 * @param region empty if the agent must detect it
 * @param pollInterval 10 to 60 s
 * @param publishInterval 1 to 5 whole minutes
 * @param dimensions the sets under which each metric is published; at least one, none twice
 * @param maxPods empty: use the default for the host's number of CPUs
 * @param stateDir empty for memory only
 * @param healthAddress unresolved
 */
public record AgentConfig(
    Optional<URI> introspectionUrl,
    Optional<URI> metricsUrl,
    Optional<String> clusterId,
    Optional<String> region,
    String namespace,
    String nodeName,
    Duration pollInterval,
    Duration publishInterval,
    List<List<Dimension>> dimensions,
    MetricSelection metrics,
    boolean subnets,
    OptionalInt maxPods,
    int hostNetworkPods,
    Duration ipCooldown,
    Optional<Path> stateDir,
    InetSocketAddress healthAddress,
    boolean cloudwatch,
    boolean prometheus,
    Level logLevel,
    LogFormat logFormat) {

  /**
   * Reads all settings, then calls {@link Values#check}: this also reports problems found earlier.
   *
   * @param hostName the node's name unless it is set
   * @param metricNames every metric that can be selected
   * @throws ConfigException naming every bad value
   */
  public static AgentConfig of(Values values, String hostName, Set<String> metricNames) {
    Optional<URI> introspection = values.get(Settings.INTROSPECTION_URL);
    Optional<URI> metrics = values.get(Settings.METRICS_URL);
    if (introspection.isEmpty() && metrics.isEmpty()) {
      values.problem(
          "--introspection-url none and --metrics-url none: no source is left; set one of them");
    }
    AgentConfig config =
        new AgentConfig(
            introspection,
            metrics,
            values.find(Settings.CLUSTER_ID),
            values.find(Settings.REGION),
            values.get(Settings.NAMESPACE),
            nodeName(values, hostName),
            values.get(Settings.POLL_INTERVAL),
            values.get(Settings.PUBLISH_INTERVAL),
            values.get(Settings.DIMENSIONS),
            values.get(Settings.METRICS.with(selection -> selection.of(metricNames))),
            values.get(Settings.SUBNETS),
            values.find(Settings.MAX_PODS).map(OptionalInt::of).orElseGet(OptionalInt::empty),
            values.get(Settings.HOST_NETWORK_PODS),
            values.get(Settings.IP_COOLDOWN),
            values.find(Settings.STATE_DIR),
            values.get(Settings.HEALTH_ADDRESS),
            values.get(Settings.CLOUDWATCH),
            values.get(Settings.PROMETHEUS),
            values.get(Settings.LOG_LEVEL),
            values.get(Settings.LOG_FORMAT));
    values.check();
    return config;
  }

  /** A host name may contain characters that CloudWatch rejects in a dimension value. */
  private static String nodeName(Values values, String hostName) {
    Optional<String> given = values.find(Settings.NODE_NAME);
    if (given.isEmpty() && !Parsers.isNodeName(hostName)) {
      values.problem(
          "the host's name '%s' is not 1 to 255 printable ASCII characters: give --node-name"
              .formatted(Values.shortened(hostName)));
    }
    return given.orElse(hostName);
  }

  /** The format of log lines. */
  public enum LogFormat {
    TEXT,
    JSON
  }
}
