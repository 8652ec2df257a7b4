package io.cnimetrics.console;

import java.util.List;

/**
 * How to find the node that is in trouble: the cluster's metrics do not name it, one line of its
 * agent's log does.
 */
final class WhichNode {
  /** Up to a space, or what ends a value in the log's JSON. */
  private static final String VALUE = "[^\\s\"\\\\]+";

  private WhichNode() {}

  /**
   * A query of CloudWatch Logs Insights for all troubles; takes the agent's log as text and as
   * JSON, wrapped by a collector or not.
   */
  static String logsInsights() {
    return """
        filter @message like /trouble minute=/
        | parse @message /node=(?<node>%s)/
        | parse @message /instance=(?<instance>%s)/
        | parse @message /subnets=(?<subnets>%s)/
        | stats max(@timestamp) as last, count(*) as times by node, instance, subnets
        | sort last desc"""
        .formatted(VALUE, VALUE, VALUE);
  }

  /**
   * The same on one line, for troubles with some metrics only; as short as it can be, because
   * descriptions are bounded.
   */
  static String logsInsights(List<String> metrics) {
    return "filter @message like /trouble minute=.*(%s)=/ | parse @message /node=(?<node>%s)/"
            .formatted(String.join("|", metrics), VALUE)
        + " | stats count(*) by node";
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
