package io.cnimetrics.console;

import io.cnimetrics.console.DashboardBody.Cluster;

/** The Markdown texts of the dashboard. The texts explain the graphs and name the remedies. */
final class DashboardTexts {
  static final String OVERVIEW =
      """
      # Clusters
      Each line shows one cluster. Details of each cluster follow below. All counts are per minute, at every zoom level.
      """;

  static final String WHICH_CLUSTER = "Which cluster?";

  /** The text above a table of all clusters. */
  static final String CLUSTERS =
      """
      The worst cluster is first. Each value is the highest value of all nodes of the cluster in the selected time.
      """;

  static final String WHICH_NODE = "Which node?";

  /** The text for a dashboard whose graphs or table name the nodes. */
  static final String NODES_BY_NAME =
      """
      These are the nodes with the longest trouble. To examine a node, run `%s`. The doctor's output starts with the verdict.
      """
          .formatted(WhichNode.plugin("NODE"));

  /** The text for a dashboard of CloudWatch's metrics, which do not name the nodes. */
  static final String NODES_BY_COMMAND =
      """
      `%s` prints one line for each node, the worst node first. `%s` examines one node. The last section has commands \
      that work without this plugin of kubectl.
      """
          .formatted(WhichNode.PLUGIN, WhichNode.plugin("NODE"));

  static final String REFUSED =
      """
      If a value is above 0, pods stay in ContainerCreating. **Do:** find the node with the first section, and the \
      cause in the sections below. If instance metadata does not answer, check the instance's metadata options. A \
      warm pool that is empty although it may grow is an early warning.
      """;

  static final String SUBNETS =
      """
      If a subnet has 0 free addresses, its nodes get no more addresses. **Do:** free addresses, or add a subnet with \
      custom networking or subnet discovery. A prefix needs 16 contiguous addresses.
      """;

  static final String IPAMD =
      """
      No new pod starts on a node where ipamD is down or in a crash loop. **Do:** check the aws-node pod of that node. \
      If some nodes do not report, check the agents' pods on those nodes.
      """;

  static final String ERRORS =
      """
      **Do:** if the subnet has no address, free addresses or add a subnet. If EC2 throttles calls, use prefixes, or \
      WARM_IP_TARGET with MINIMUM_IP_TARGET. If EC2 denies calls, attach AmazonEKS_CNI_Policy to the role of aws-node. \
      Minutes without calls have no latency.
      """;

  static final String HOW_FULL =
      """
      The effective maximum is the largest number of pod addresses that the nodes can ever have. **Do:** if nodes use \
      more than 90 % and should not be full, add nodes, use prefixes, or use larger instances. Cooling addresses are \
      free again after 30 s.
      """;

  static final String ENIS =
      """
      If nearly all possible ENIs are attached, address pools can grow only on the attached ENIs. **Do:** use prefixes \
      or larger instances. If more ENIs are possible but a warm pool is empty, see the errors of EC2.
      """;

  static final String CHURN =
      """
      If ipamD sends many requests to EC2 while the number of pods is steady, the warm targets are too low. **Do:** \
      raise the warm targets. A pool correction means that EC2 and ipamD disagreed about an address or an ENI. If \
      addresses were removed from running pods, replace these pods and find the cause in CloudTrail.
      """;

  private static final String NODE_IN_LOGS =
      """
      ### The node in the logs
      When a problem starts on a node, the agent of the node logs one line with the node, the instance, the subnets and \
      the cause. If CloudWatch Logs has the agents' log, run this query in **Logs Insights**. Container Insights writes \
      to the log group `/aws/containerinsights/CLUSTER/application`.
      ```
      %s
      ```
      You can also find the node with the first two **kubectl** commands below. Then examine the node: replace NODE in \
      the third command.
      ```
      %s
      %s
      %s
      ```
      """;

  private DashboardTexts() {}

  static String nodeInLogs() {
    return NODE_IN_LOGS.formatted(
        WhichNode.logsInsights(),
        WhichNode.agentLogs(),
        WhichNode.refusedPods(),
        WhichNode.doctor("NODE"));
  }

  /**
   * @param details whether the reader can select a cluster
   */
  static String fleet(String region, boolean details) {
    return "# Which cluster of %s?\n%s%s\n"
        .formatted(
            region,
            CLUSTERS.strip(),
            details
                ? " The field **Cluster** at the top selects a cluster of this account. Its details"
                    + " follow below."
                : "");
  }

  static String cluster(Cluster cluster) {
    return "# %s, %s%s\nAll counts are per minute, at every zoom level.\n"
        .formatted(
            cluster.clusterId(),
            cluster.region(),
            cluster.accountId().map(account -> ", account " + account).orElse(""));
  }
}
