package io.cnimetrics.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

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
    LogLevel logLevel,
    LogFormat logFormat) {

  /** Far above what a kubelet can run: a larger number is a typing error. */
  private static final int MOST_PODS = 10_000;

  /**
   * Reads all settings, then calls {@link Values#check}: this also reports problems found earlier.
   *
   * @param hostName the node's name unless it is set
   * @param metricNames every metric that can be selected
   * @throws ConfigException naming every bad value
   */
  public static AgentConfig of(Values values, String hostName, Set<String> metricNames) {
    Optional<URI> introspection =
        values.read(Setting.INTROSPECTION_URL.flag(), Parsers::introspectionUrl);
    Optional<URI> metrics = values.read(Setting.METRICS_URL.flag(), Parsers::metricsUrl);
    if (introspection.isEmpty() && metrics.isEmpty()) {
      values.problem(
          "--introspection-url none and --metrics-url none: no source is left; set one of them");
    }
    AgentConfig config =
        new AgentConfig(
            introspection,
            metrics,
            values.readOptional(Setting.CLUSTER_ID.flag(), Parsers::clusterId),
            values.readOptional(Setting.REGION.flag(), Parsers::region),
            values.read(Setting.NAMESPACE.flag(), Parsers::namespace),
            nodeName(values, hostName),
            values.read(
                Setting.POLL_INTERVAL.flag(), text -> Parsers.time(text, seconds(10), seconds(60))),
            values.read(Setting.PUBLISH_INTERVAL.flag(), Parsers::publishInterval),
            values.read(Setting.DIMENSIONS.flag(), Parsers::dimensions),
            values.read(Setting.METRICS.flag(), text -> Parsers.metrics(text, metricNames)),
            values.read(Setting.SUBNETS.flag(), Parsers::bool),
            maxPods(values),
            values.read(
                Setting.HOST_NETWORK_PODS.flag(), text -> Parsers.number(text, 0, MOST_PODS)),
            values.read(
                Setting.IP_COOLDOWN.flag(), text -> Parsers.time(text, seconds(0), seconds(3600))),
            values.readOptional(Setting.STATE_DIR.flag(), Parsers::directory),
            values.read(Setting.HEALTH_ADDRESS.flag(), Parsers::address),
            values.read(Setting.CLOUDWATCH.flag(), Parsers::bool),
            values.read(Setting.PROMETHEUS.flag(), Parsers::bool),
            values.read(Setting.LOG_LEVEL.flag(), text -> Parsers.constant(LogLevel.class, text)),
            values.read(
                Setting.LOG_FORMAT.flag(), text -> Parsers.constant(LogFormat.class, text)));
    values.check();
    return config;
  }

  /** Returns a copy that reads another ipamD. */
  public AgentConfig reading(URI introspection, URI metricsText, int itsMaxPods) {
    return new AgentConfig(
        Optional.of(introspection),
        Optional.of(metricsText),
        clusterId,
        region,
        namespace,
        nodeName,
        pollInterval,
        publishInterval,
        dimensions,
        metrics,
        subnets,
        OptionalInt.of(itsMaxPods),
        hostNetworkPods,
        ipCooldown,
        stateDir,
        healthAddress,
        cloudwatch,
        prometheus,
        logLevel,
        logFormat);
  }

  /** A host name may contain characters that CloudWatch rejects in a dimension value. */
  private static String nodeName(Values values, String hostName) {
    Optional<String> given = values.readOptional(Setting.NODE_NAME.flag(), Parsers::nodeName);
    if (given.isEmpty() && !Parsers.isNodeName(hostName)) {
      values.problem(
          "the host's name '%s' is not 1 to 255 printable ASCII characters: give --node-name"
              .formatted(Values.shortened(hostName)));
    }
    return given.orElse(hostName);
  }

  private static OptionalInt maxPods(Values values) {
    return values
        .readOptional(Setting.MAX_PODS.flag(), text -> Parsers.number(text, 1, MOST_PODS))
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
