package io.cnimetrics.console;

import io.cnimetrics.console.DashboardBody.Cluster;

/** What the numbers mean and what to do about them, as Markdown. */
final class DashboardTexts {
  static final String OVERVIEW =
      """
      # Clusters
      One line for each cluster; each cluster has its own section below. All counts are per minute, at every zoom.
      """;

  static final String REFUSED =
      """
      ### 1. Are pods refused an address?
      Above 0, pods hang in ContainerCreating. **Do:** see 2 to 4 for the reason, and the last section for the node. \
      An empty warm pool that may grow is the early warning.
      """;

  static final String SUBNETS =
      """
      ### 2. Free addresses of subnets
      At 0, no node in the subnet gets another address. **Do:** free addresses, or add a subnet (custom networking, \
      subnet discovery); prefixes need 16 contiguous addresses.
      """;

  static final String IPAMD =
      """
      ### 3. Is ipamD up, and do nodes report?
      No new pod starts where ipamD is down. **Do:** check that node's aws-node pod. Fewer nodes reporting than the \
      cluster has: check the agents' pods. Marks are restarts of ipamD and of agents.
      """;

  static final String ERRORS =
      """
      ### 4. Why? Errors from EC2
      **Do:** no address: see 2. Throttled: fewer, larger steps (prefixes, WARM_IP_TARGET with MINIMUM_IP_TARGET). \
      Denied: AmazonEKS_CNI_Policy on the role of aws-node. There is no latency while there are no calls.
      """;

  static final String HOW_FULL =
      """
      ### 5. How full are the nodes?
      Effective maximum: the most pod addresses that the nodes can ever have. **Do** at 90 %, unless intended: more \
      nodes, prefixes, larger instances. Cooling addresses are free again after 30 s.
      """;

  static final String ENIS =
      """
      ### 6. ENIs
      Attached near possible: pools can grow only within the attached ENIs. **Do:** prefixes, or larger \
      instances; far from possible with an empty pool: see 4.
      """;

  static final String CHURN =
      """
      ### 7. Churn
      Many requests to EC2 with steady pods: the warm targets are too tight. **Do:** raise them. Addresses removed \
      from running pods: replace those pods, and find the cause in CloudTrail.
      """;

  private static final String WHICH_NODE =
      """
      ### Which node?
      The metrics do not name nodes. When a problem starts on a node, its agent logs one line with node, instance and \
      subnets. With the agents' log in CloudWatch Logs (for example by Container Insights, log group \
      `/aws/containerinsights/CLUSTER/application`), in **Logs Insights**:
      ```
      %s
      ```
      With **kubectl**; then run `kubectl -n kube-system exec POD -- cni-metrics-agent doctor` in the agent's pod of that node:
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

  static String cluster(Cluster cluster) {
    return "# %s, %s%s\nAll counts are per minute, at every zoom. The last section shows how to find the node.\n"
        .formatted(
            cluster.clusterId(),
            cluster.region(),
            cluster.accountId().map(account -> ", account " + account).orElse(""));
  }
}
