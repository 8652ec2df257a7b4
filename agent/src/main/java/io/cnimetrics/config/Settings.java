package io.cnimetrics.config;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;

import io.cnimetrics.config.AgentConfig.LogFormat;
import io.cnimetrics.snapshot.IpamdUrls;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.event.Level;

/** The flags of the agent's settings, with their environment variables and defaults. */
public final class Settings {
  /** A kubelet runs far fewer pods. A larger number is a typing error. */
  public static final int MOST_PODS = 10_000;

  public static final Flag<Optional<URI>> INTROSPECTION_URL =
      Flag.of(
              "--introspection-url",
              "IPAMD_INTROSPECTION_URL",
              FlagType.of("URL", Parsers::introspectionUrl))
          .defaultsTo(
              IpamdUrls.INTROSPECTION,
              "address of ipamD's introspection, http://HOST:PORT or unix:/PATH;"
                  + " set none if ipamD runs with DISABLE_INTROSPECTION");
  public static final Flag<Optional<URI>> METRICS_URL =
      Flag.of("--metrics-url", "IPAMD_METRICS_URL", FlagType.of("URL", Parsers::metricsUrl))
          .defaultsTo(
              IpamdUrls.METRICS,
              "address of ipamD's Prometheus metrics; none turns this source off");
  public static final Flag<String> CLUSTER_ID =
      Flag.of("--cluster-id", "AWS_CLUSTER_ID", FlagType.of("NAME", Parsers::clusterId))
          .ifAbsent("from instance tags (metadata or EC2)", "name of the cluster");
  public static final Flag<String> REGION =
      Flag.of("--region", "AWS_REGION", FlagType.of("REGION", Parsers::region))
          .ifAbsent("from instance metadata", "AWS region");
  public static final Flag<String> NAMESPACE =
      Flag.of("--namespace", "CLOUDWATCH_NAMESPACE", FlagType.of("NAME", Parsers::namespace))
          .defaultsTo("Kubernetes/CNI", "CloudWatch namespace of the metrics");
  public static final Flag<String> NODE_NAME =
      Flag.of("--node-name", "NODE_NAME", FlagType.of("NAME", Parsers::nodeName))
          .ifAbsent("the host's name", "name of this node");
  public static final Flag<Duration> POLL_INTERVAL =
      Flag.of(
              "--poll-interval",
              "METRIC_UPDATE_INTERVAL",
              FlagType.time(ofSeconds(10), ofSeconds(60)))
          .defaultsTo("30s", "time between two polls, 10s to 60s");
  public static final Flag<Duration> PUBLISH_INTERVAL =
      Flag.of(
              "--publish-interval",
              "PUBLISH_INTERVAL",
              FlagType.of("TIME", Parsers::publishInterval))
          .defaultsTo("60s", "time between two requests to CloudWatch, 1 to 5 whole minutes");
  public static final Flag<List<List<Dimension>>> DIMENSIONS =
      Flag.of("--dimensions", "METRIC_DIMENSIONS", FlagType.of("SETS", Dimension::sets))
          .defaultsTo(
              "CLUSTER_ID",
              "sets of dimensions; ';' separates sets, ',' separates the dimensions of a set;"
                  + " dimensions are CLUSTER_ID, NODE, INSTANCE_ID, INSTANCE_TYPE and"
                  + " AVAILABILITY_ZONE");

  /** The parser accepts unknown names. {@link MetricSelection#of} checks the names later. */
  public static final Flag<MetricSelection> METRICS =
      Flag.of("--metrics", "METRICS", FlagType.of("NAMES", MetricSelection::parse))
          .defaultsTo("all", "all, core (AWS helper's six metrics), or names separated by ','");

  public static final Flag<Boolean> SUBNETS =
      Flag.of("--subnets", "REPORT_SUBNETS", FlagType.SWITCH)
          .defaultsTo("false", "report the free addresses of the subnets");
  public static final Flag<Integer> MAX_PODS =
      Flag.of("--max-pods", "MAX_PODS", FlagType.number(1, MOST_PODS))
          .ifAbsent("110; 250 with more than 30 CPUs", "the kubelet's max-pods");
  public static final Flag<Integer> HOST_NETWORK_PODS =
      Flag.of("--host-network-pods", "HOST_NETWORK_PODS", FlagType.number(0, MOST_PODS))
          .defaultsTo("3", "number of pods on the host network; these pods need no address");
  public static final Flag<Duration> IP_COOLDOWN =
      Flag.of("--ip-cooldown", "IP_COOLDOWN_PERIOD", FlagType.time(Duration.ZERO, ofHours(1)))
          .defaultsTo("30s", "time for which ipamD does not reuse a released address");
  public static final Flag<Path> STATE_DIR =
      Flag.of("--state-dir", "STATE_DIR", FlagType.of("DIR", Parsers::directory))
          .ifAbsent("none: kept in memory", "directory for unsent metrics");
  public static final Flag<InetSocketAddress> HEALTH_ADDRESS =
      Flag.of("--health-address", "HEALTH_ADDRESS", FlagType.of("HOST:PORT", Parsers::address))
          .defaultsTo(
              "127.0.0.1:61690", "address on which the agent serves /livez, /readyz and /status");
  public static final Flag<Boolean> CLOUDWATCH =
      Flag.of("--cloudwatch", "USE_CLOUDWATCH", FlagType.SWITCH)
          .defaultsTo("true", "send to CloudWatch");
  public static final Flag<Optional<URI>> OTLP_ENDPOINT =
      Flag.of(
              "--otlp-endpoint",
              "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
              FlagType.of("URL", Otlp::endpoint))
          .ifAbsent(
              "none: not sent by OTLP",
              "also send by OTLP: cloudwatch (the region's endpoint) or a URL; set headers in"
                  + " OTEL_EXPORTER_OTLP_METRICS_HEADERS");
  public static final Flag<Boolean> PROMETHEUS =
      Flag.of("--prometheus", "USE_PROMETHEUS", FlagType.SWITCH)
          .defaultsTo("false", "also serve /metrics on --health-address");
  public static final Flag<Level> LOG_LEVEL =
      Flag.of("--log-level", "AWS_VPC_K8S_CNI_LOGLEVEL", FlagType.oneOf("LEVEL", Level.class))
          .defaultsTo("INFO", "ERROR, WARN, INFO, DEBUG or TRACE");
  public static final Flag<LogFormat> LOG_FORMAT =
      Flag.of("--log-format", "LOG_FORMAT", FlagType.oneOf("FORMAT", LogFormat.class))
          .defaultsTo("text", "text or json");

  private Settings() {}

  /** All settings, in the order of the help text. */
  public static List<Flag<?>> all() {
    return List.of(
        INTROSPECTION_URL,
        METRICS_URL,
        CLUSTER_ID,
        REGION,
        NAMESPACE,
        NODE_NAME,
        POLL_INTERVAL,
        PUBLISH_INTERVAL,
        DIMENSIONS,
        METRICS,
        SUBNETS,
        MAX_PODS,
        HOST_NETWORK_PODS,
        IP_COOLDOWN,
        STATE_DIR,
        HEALTH_ADDRESS,
        CLOUDWATCH,
        OTLP_ENDPOINT,
        PROMETHEUS,
        LOG_LEVEL,
        LOG_FORMAT);
  }

  /** A command's own flags, followed by all settings that the command does not ignore. */
  public static List<Flag<?>> after(List<Flag<?>> own, List<Flag<?>> ignored) {
    Stream<Flag<?>> settings = all().stream().filter(flag -> !ignored.contains(flag));
    return Stream.concat(own.stream(), settings).toList();
  }
}
