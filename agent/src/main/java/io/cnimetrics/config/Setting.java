package io.cnimetrics.config;

/** The agent's settings: flags, environment variables and defaults. */
public enum Setting {
  INTROSPECTION_URL(
      Flag.of(
          "--introspection-url",
          "IPAMD_INTROSPECTION_URL",
          "URL",
          "http://127.0.0.1:61679",
          "address of ipamD's introspection, or unix:/path; none if DISABLE_INTROSPECTION is set")),
  METRICS_URL(
      Flag.of(
          "--metrics-url",
          "IPAMD_METRICS_URL",
          "URL",
          "http://127.0.0.1:61678/metrics",
          "address of ipamD's Prometheus metrics; none: not read")),
  CLUSTER_ID(
      Flag.optional(
          "--cluster-id",
          "AWS_CLUSTER_ID",
          "NAME",
          "from the instance's tags (metadata or EC2)",
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
          "time between two requests to CloudWatch, 1 to 5 whole minutes")),
  DIMENSIONS(
      Flag.of(
          "--dimensions",
          "METRIC_DIMENSIONS",
          "SETS",
          "CLUSTER_ID",
          "sets of dimensions separated by ';', each made of CLUSTER_ID, NODE, INSTANCE_ID,"
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
          "pods on the host network, which need no address")),
  IP_COOLDOWN(
      Flag.of(
          "--ip-cooldown",
          "IP_COOLDOWN_PERIOD",
          "TIME",
          "30s",
          "how long ipamD keeps a released address unused")),
  STATE_DIR(
      Flag.optional(
          "--state-dir", "STATE_DIR", "DIR", "memory only", "directory for unsent metrics")),
  HEALTH_ADDRESS(
      Flag.of(
          "--health-address",
          "HEALTH_ADDRESS",
          "HOST:PORT",
          "127.0.0.1:61690",
          "address that serves /livez and /readyz")),
  CLOUDWATCH(Flag.of("--cloudwatch", "USE_CLOUDWATCH", "BOOL", "true", "send to CloudWatch")),
  PROMETHEUS(Flag.of("--prometheus", "USE_PROMETHEUS", "BOOL", "false", "also serve /metrics")),
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
