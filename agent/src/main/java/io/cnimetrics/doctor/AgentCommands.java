package io.cnimetrics.doctor;

/** Commands about this agent. */
final class AgentCommands {
  private AgentCommands() {}

  private static final String POD = "\"$(" + pods("name") + ")\"";

  static final Command PODS = Command.of(pods("wide"));

  /** The context names the cluster by its ARN, or by its name, region and "eksctl.io". */
  static final Command CLUSTER_OF_CONTEXT =
      Command.of(
              "kubectl config view --minify -o jsonpath='{.contexts[0].context.cluster}'"
                  + " | sed 's|.*/||; s|[.].*||'")
          .noted("prints the name of the cluster, if the aws CLI or eksctl wrote your kubeconfig");

  static final Command LOG = Command.of("kubectl -n kube-system logs --tail 50 " + POD);
  static final Command PROXY = settingsLike("-A 1 PROXY");
  static final Command PROXY_AND_ENDPOINT = settingsLike("-A 1 -E 'PROXY|AWS_ENDPOINT'");

  private static String pods(String output) {
    return PodCommands.systemPods("cni-metrics-agent", output);
  }

  /**
   * Shows settings of the agent.
   *
   * @param grep the arguments of grep
   */
  static Command settingsLike(String grep) {
    return Command.of("kubectl -n kube-system get ds cni-metrics-agent -o yaml | grep " + grep);
  }

  /** Runs doctor again in the agent's pod on this node, with these flags. */
  static Command doctor(String flags) {
    return Command.of(
        "kubectl -n kube-system exec %s -- cni-metrics-agent doctor %s".formatted(POD, flags));
  }

  /** Sets a variable of the agent on every node. */
  static Command set(String variable, String value) {
    return Command.of(
            "kubectl -n kube-system set env ds cni-metrics-agent %s=%s".formatted(variable, value))
        .noted("changes the agent on every node, unless the args of the DaemonSet have the flag");
  }

  /**
   * Sets a variable of the agent to a value that a person chooses. Without a value the command
   * changes nothing, because the agent does not start with an empty value.
   *
   * @param choice the shell variable that the person sets first
   */
  static Command setChosen(String variable, String choice) {
    Command set = set(variable, "\"$%s\"".formatted(choice));
    return set.withText("test -n \"$%s\" && %s".formatted(choice, set.text()))
        .noted("; first set %s to the printed value".formatted(choice));
  }
}
