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
 * All settings of the agent. All values are checked and valid.
 *
 * @param introspectionUrl an address {@code http://…} or {@code unix:/path}; empty for {@code none}
 * @param metricsUrl an address {@code http://…}; empty for {@code none}
 * @param clusterId the cluster's name; empty if the agent must detect the name
 * @param region the AWS region; empty if the agent must detect the region
 * @param pollInterval the time between two polls, from 10 to 60 s
 * @param publishInterval the time between two requests to CloudWatch, from 1 to 5 whole minutes
 * @param dimensions the sets of dimensions under which each metric is published. At least one set;
 *     all sets differ
 * @param maxPods the kubelet's max pods; if empty, the agent uses a default for the host's CPUs
 * @param stateDir the directory of the journal; empty if the buffer is in memory only
 * @param otlp the receiver of OTLP; empty if the agent does not send by OTLP
 * @param healthAddress the address of the health server; its host name is not resolved yet
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
    Optional<Otlp> otlp,
    boolean prometheus,
    Level logLevel,
    LogFormat logFormat) {

  /**
   * Reads all settings. Reports the problems of all values, including problems that {@code values}
   * contains already.
   *
   * @param hostName the name of the host, which is used if no node name is given
   * @param metricNames the names of all metrics that can be selected
   * @throws ConfigException if any value is invalid; the exception names all invalid values
   */
  public static AgentConfig of(Values values, String hostName, Set<String> metricNames) {
    Optional<URI> introspection = values.get(Settings.INTROSPECTION_URL);
    Optional<URI> metrics = values.get(Settings.METRICS_URL);
    if (introspection.isEmpty() && metrics.isEmpty()) {
      values.problem(
          "--introspection-url and --metrics-url are both none: set at least one of them");
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
            Otlp.of(values),
            values.get(Settings.PROMETHEUS),
            values.get(Settings.LOG_LEVEL),
            values.get(Settings.LOG_FORMAT));
    values.check();
    return config;
  }

  /** Whether the agent sends metrics to any receiver. */
  public boolean sends() {
    return cloudwatch || otlp.isPresent();
  }

  /** Whether the agent sends metrics to CloudWatch, in requests of PutMetricData or by OTLP. */
  public boolean usesCloudWatch() {
    return cloudwatch || otlp.filter(receiver -> receiver.url().isEmpty()).isPresent();
  }

  /** Checks the host name, because CloudWatch rejects some characters in dimension values. */
  private static String nodeName(Values values, String hostName) {
    Optional<String> given = values.find(Settings.NODE_NAME);
    if (given.isEmpty() && !Parsers.isNodeName(hostName)) {
      values.problem(
          "the host's name '%s' is not 1 to 255 printable ASCII characters: set --node-name"
              .formatted(Values.shortened(hostName)));
    }
    return given.orElse(hostName);
  }

  public enum LogFormat {
    TEXT,
    JSON
  }
}
