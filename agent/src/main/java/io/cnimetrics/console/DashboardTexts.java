package io.cnimetrics.console;

/** What the numbers mean and what to do about them, as Markdown. */
final class DashboardTexts {
  static final String OVERVIEW =
      """
      # Clusters
      One line for each cluster; below, each of them by itself. All counts are per minute, at every zoom.
      """;

  static final String REFUSED =
      """
      ### 1. Are pods refused an address?
      Above 0, pods hang in ContainerCreating. **Do:** look at 2 to 4 for the reason, and at the end for the node. \
      An empty warm pool that may grow is the warning before.
      """;

  static final String SUBNETS =
      """
      ### 2. Free addresses of subnets
      At 0 no node of the subnet gets another address. **Do:** free addresses, or add a subnet (custom networking, \
      subnet discovery); prefixes need 16 addresses in one piece.
      """;

  static final String IPAMD =
      """
      ### 3. Is ipamD up, and do nodes report?
      No new pod starts where ipamD is down. **Do:** look at that node's aws-node pod. Fewer nodes reporting than the \
      cluster has: look at the agents' pods. Marks are restarts: of ipamD, and of agents.
      """;

  static final String ERRORS =
      """
      ### 4. Why: what EC2 answers
      **Do:** no address: see 2. Throttled: fewer, larger steps (prefixes, WARM_IP_TARGET with MINIMUM_IP_TARGET). \
      Denied: AmazonEKS_CNI_Policy on the role of aws-node. Latency is absent while there are no calls.
      """;

  static final String HOW_FULL =
      """
      ### 5. How full are the nodes?
      Effective maximum: addresses for pods that the nodes can ever reach. **Do** at 90 % where it is not wanted: more \
      nodes, prefixes, larger instances. Cooling addresses come back after 30 s.
      """;

  static final String ENIS =
      """
      ### 6. ENIs
      Attached near possible: pools can grow only within the ENIs that are there. **Do:** prefixes, or larger \
      instances; far from possible with an empty pool: see 4.
      """;

  static final String CHURN =
      """
      ### 7. Churn
      Many requests to EC2 with steady pods: the warm targets are too tight. **Do:** raise them. Addresses taken away \
      under running pods: replace those pods, and find who detached them (CloudTrail).
      """;

  private static final String WHICH_NODE =
      """
      ### Which node?
      The metrics are the cluster's; when trouble begins on a node, its agent writes one line with node, instance and \
      subnets. With the agents' log in CloudWatch Logs (as Container Insights does it, group \
      `/aws/containerinsights/CLUSTER/application`), in **Logs Insights**:
      ```
      %s
      ```
      With **kubectl**, and then `kubectl -n kube-system exec POD -- cni-metrics-agent doctor` in its agent's pod:
      ```
      %s
      %s
      %s
      ```
      """;

  private DashboardTexts() {}

  static String whichNode() {
    return WHICH_NODE.formatted(
        WhichNode.logsInsights(),
        WhichNode.agentLogs(),
        WhichNode.refusedPods(),
        WhichNode.agentOf("NODE"));
  }

  static String cluster(DashboardCluster cluster) {
    return "# %s, %s%s\nAll counts are per minute, at every zoom. How to find the node: at the end.\n"
        .formatted(
            cluster.clusterId(),
            cluster.region(),
            cluster.accountId().map(account -> ", account " + account).orElse(""));
  }
}
