package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The ways to find the node that has a problem. The metrics of {@code PutMetricData} do not name
 * nodes. The log of each agent names its node.
 */
final class WhichNode {
  /** Matches text up to a space, or up to the end of a value in JSON logs. */
  private static final String VALUE = "[^\\s\"\\\\]+";

  /** The plugin of kubectl asks the doctor of each node. */
  static final String PLUGIN = "kubectl cni-doctor";

  private WhichNode() {}

  /**
   * A CloudWatch Logs Insights query for all trouble lines. The query works for logs in text and in
   * JSON, and also for lines that a log collector has wrapped.
   */
  static String logsInsights() {
    return """
    filter @message like /trouble minute=/
    | parse @message /node=(?<node>%s)/
    | parse @message /instance=(?<instance>%s)/
    | parse @message /subnets=(?<subnets>%s)/
    | parse @message /finding=(?<finding>%s)/
    | parse @message /cause=\\W+(?<cause>[^"\\\\]+)/
    | stats max(@timestamp) as last, count(*) as times by node, instance, subnets, finding, cause
    | sort last desc\
    """
        .formatted(VALUE, VALUE, VALUE, VALUE);
  }

  /**
   * A query that finds the log lines about trouble of the given metrics. The query is one short
   * line, because CloudWatch limits the length of an alarm's description.
   *
   * @param byFinding whether the query also names the finding, for metrics with several causes
   */
  static String logsInsights(List<Metric> metrics, boolean byFinding) {
    String names = metrics.stream().map(Metric::name).collect(Collectors.joining("|"));
    String nodes =
        "filter @message like /trouble minute=.*(%s)=/ | parse @message /node=(?<node>%s)/"
            .formatted(names, VALUE);
    return byFinding
        ? nodes
            + " | parse @message /finding=(?<finding>[\\w-]+)/ | stats count(*) by node, finding"
        : nodes + " | stats count(*) by node";
  }

  static String plugin(String node) {
    return PLUGIN + " --node " + node;
  }

  static String agentLogs() {
    return "kubectl logs -n kube-system -l app.kubernetes.io/name=cni-metrics-agent --prefix"
        + " --since=1h --tail=-1 --max-log-requests=1000 | grep 'trouble minute='";
  }

  static String agents() {
    return "kubectl get pods -n kube-system -o wide -l app.kubernetes.io/name=cni-metrics-agent";
  }

  /** Selects the agent of a node, even if the agent's pod does not run. */
  static String agent(String node) {
    return agents() + " --field-selector spec.nodeName=" + node;
  }

  static String refusedPods() {
    return "kubectl get events -A -o wide --field-selector reason=FailedCreatePodSandBox";
  }

  /** A command on one line that runs doctor in the agent's pod on a node. */
  static String doctor(String node) {
    return "kubectl -n kube-system exec $(kubectl -n kube-system get pod -o name -l"
        + " app.kubernetes.io/name=cni-metrics-agent --field-selector spec.nodeName="
        + node
        + ") -- cni-metrics-agent doctor";
  }
}
