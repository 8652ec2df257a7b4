package io.cnimetrics.render;

/**
 * How to find the node that is in trouble: the cluster's metrics do not name it, one line of its
 * agent's log does.
 */
final class WhichNode {
  /** Up to a space, or what ends a value in the log's JSON. */
  private static final String VALUE = "[^\\s\"\\\\]+";

  private WhichNode() {}

  /**
   * A query of CloudWatch Logs Insights; takes the agent's log as text and as JSON, wrapped by a
   * collector or not.
   *
   * @param metrics separated by '|'
   */
  static String logsInsights(String metrics) {
    return """
        filter @message like /%s/
        | parse @message /node=(?<node>%s)/
        | parse @message /instance=(?<instance>%s)/
        | parse @message /subnets=(?<subnets>%s)/
        | stats max(@timestamp) as last, count(*) as times by node, instance, subnets
        | sort last desc"""
        .formatted(begins(metrics), VALUE, VALUE, VALUE);
  }

  /** The same on one line, as short as it can be: descriptions are bounded. */
  static String shortLogsInsights(String metrics) {
    return "filter @message like /%s/ | parse @message /node=(?<node>%s)/ | stats count(*) by node"
        .formatted(begins(metrics), VALUE);
  }

  /** The lines in which a trouble with any of these metrics begins. */
  private static String begins(String metrics) {
    return "trouble minute=.*(%s)=".formatted(metrics);
  }

  static String agentLogs() {
    return "kubectl logs -n kube-system -l app.kubernetes.io/name=cni-metrics-agent --prefix"
        + " --since=1h --tail=-1 --max-log-requests=1000 | grep 'trouble minute='";
  }

  static String refusedPods() {
    return "kubectl get events -A -o wide --field-selector reason=FailedCreatePodSandBox";
  }

  static String agentOf(String node) {
    return "kubectl get pods -n kube-system -l app.kubernetes.io/name=cni-metrics-agent"
        + " --field-selector spec.nodeName="
        + node;
  }
}
