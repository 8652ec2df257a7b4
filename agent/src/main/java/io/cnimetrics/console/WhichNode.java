package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How to find the node that has the problem: the cluster's metrics do not name it; one line in its
 * agent's log does.
 */
final class WhichNode {
  /** Matches up to a space, or up to the end of a value in JSON logs. */
  private static final String VALUE = "[^\\s\"\\\\]+";

  private WhichNode() {}

  /**
   * A CloudWatch Logs Insights query for all trouble lines. It reads the agent's log as text and as
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
   * The same on one line, for trouble lines of certain metrics. It is short, because CloudWatch
   * limits the length of descriptions.
   */
  static String logsInsights(List<Metric> metrics) {
    return "filter @message like /trouble minute=.*(%s)=/ | parse @message /node=(?<node>%s)/"
            .formatted(metrics.stream().map(Metric::name).collect(Collectors.joining("|")), VALUE)
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
