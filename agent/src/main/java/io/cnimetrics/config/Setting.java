package io.cnimetrics.config;

/** The agent's settings: flags, environment variables and defaults. */
public enum Setting {
  INTROSPECTION_URL(
      Flag.of(
          "--introspection-url",
          "IPAMD_INTROSPECTION_URL",
          "URL",
          "http://127.0.0.1:61679",
          "ipamD's introspection; also unix:/path, or none with DISABLE_INTROSPECTION")),
  METRICS_URL(
      Flag.of(
          "--metrics-url",
          "IPAMD_METRICS_URL",
          "URL",
          "http://127.0.0.1:61678/metrics",
          "ipamD's Prometheus text; none: not read")),
  CLUSTER_ID(
      Flag.optional(
          "--cluster-id",
          "AWS_CLUSTER_ID",
          "NAME",
          "the instance's tags, by metadata or EC2",
          "name of the cluster")),
  REGION(Flag.optional("--region", "AWS_REGION", "REGION", "from instance metadata", "AWS region")),
  NAMESPACE(
      Flag.of(
          "--namespace",
          "CLOUDWATCH_NAMESPACE",
          "NAME",
          "Kubernetes/CNI",
          "CloudWatch namespace of the metrics")),
  NODE_NAME(
      Flag.optional("--node-name", "NODE_NAME", "NAME", "the host's name", "name of this node")),
  POLL_INTERVAL(
      Flag.of(
          "--poll-interval",
          "METRIC_UPDATE_INTERVAL",
          "TIME",
          "30s",
          "time between two polls, 10s to 60s")),
  PUBLISH_INTERVAL(
      Flag.of(
          "--publish-interval",
          "PUBLISH_INTERVAL",
          "TIME",
          "60s",
          "time between two sends, 1 to 5 whole minutes")),
  DIMENSIONS(
      Flag.of(
          "--dimensions",
          "METRIC_DIMENSIONS",
          "SETS",
          "CLUSTER_ID",
          "sets of dimensions separated by ';', each out of CLUSTER_ID, NODE, INSTANCE_ID,"
              + " INSTANCE_TYPE, AVAILABILITY_ZONE")),
  METRICS(Flag.of("--metrics", "METRICS", "NAMES", "all", "all, core, or names separated by ','")),
  SUBNETS(
      Flag.of(
          "--subnets",
          "REPORT_SUBNETS",
          "BOOL",
          "false",
          "report the free addresses of the subnets")),
  MAX_PODS(
      Flag.optional(
          "--max-pods", "MAX_PODS", "N", "110 up to 30 CPUs, else 250", "the kubelet's max-pods")),
  HOST_NETWORK_PODS(
      Flag.of(
          "--host-network-pods",
          "HOST_NETWORK_PODS",
          "N",
          "3",
          "pods on the host's network, which take no address")),
  IP_COOLDOWN(
      Flag.of(
          "--ip-cooldown",
          "IP_COOLDOWN_PERIOD",
          "TIME",
          "30s",
          "how long ipamD keeps a given-back address unused")),
  STATE_DIR(
      Flag.optional(
          "--state-dir", "STATE_DIR", "DIR", "memory only", "directory for what is not sent yet")),
  HEALTH_ADDRESS(
      Flag.of(
          "--health-address",
          "HEALTH_ADDRESS",
          "HOST:PORT",
          "127.0.0.1:61690",
          "where /livez and /readyz are served")),
  CLOUDWATCH(Flag.of("--cloudwatch", "USE_CLOUDWATCH", "BOOL", "true", "send to CloudWatch")),
  PROMETHEUS(Flag.of("--prometheus", "USE_PROMETHEUS", "BOOL", "false", "serve /metrics too")),
  LOG_LEVEL(
      Flag.of(
          "--log-level",
          "AWS_VPC_K8S_CNI_LOGLEVEL",
          "LEVEL",
          "INFO",
          "ERROR, WARN, INFO, DEBUG or TRACE")),
  LOG_FORMAT(Flag.of("--log-format", "LOG_FORMAT", "FORMAT", "text", "text or json"));

  private final Flag flag;

  Setting(Flag flag) {
    this.flag = flag;
  }

  public Flag flag() {
    return flag;
  }
}
