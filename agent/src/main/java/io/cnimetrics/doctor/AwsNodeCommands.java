package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.AwsCommands.aws;
import static io.cnimetrics.doctor.Command.EVERY_NODE;
import static io.cnimetrics.doctor.Placeholder.CLUSTER;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Commands about aws-node, the DaemonSet that runs ipamD. */
final class AwsNodeCommands {
  private AwsNodeCommands() {}

  private static final String ON_THIS_NODE = " -l k8s-app=aws-node" + PodCommands.onThisNode("");

  /** The name of this node's aws-node pod, as an argument of another command. */
  private static final String POD =
      "\"$(kubectl -n kube-system get pods" + ON_THIS_NODE + " -o name)\"";

  /**
   * Shows how the last container of aws-node ended, its limits and its liveness probe, and the last
   * events of the pod.
   */
  static final Command LAST_STATE =
      Command.of(
          "kubectl -n kube-system describe " + POD + " | grep -E -A 15 'Last State|^Events'");

  /** The log of the container aws-node, which runs ipamD. */
  static final Command LOG = log("-c aws-node --tail 50 ");

  /** The log of the init container, which must end before the container aws-node starts. */
  static final Command LOG_OF_INIT = log("-c aws-vpc-cni-init --tail 20 ");

  static final Command PREVIOUS_LOG = log("-p -c aws-node --tail 50 ");
  static final Command LOG_OF_POLICY_AGENT = log("-c aws-eks-nodeagent --tail 50 ");

  /** What aws-node logged first. The end of the log does not show the start. */
  static final Command LOG_OF_START =
      Command.of("kubectl -n kube-system logs -c aws-node " + POD + " | head -30");

  private static Command log(String options) {
    return Command.of("kubectl -n kube-system logs " + options + POD);
  }

  /** Shows which nodes the DaemonSet selects, and why it creates no pod. */
  static final Command WHY_MISSING =
      Command.of(
          "kubectl -n kube-system describe ds aws-node | grep -E -A 9 '^Events|Node-Selector'");

  static final Command RELEASES =
      Command.of("kubectl -n kube-system get ds aws-node -o wide")
          .noted("shows the releases, also of the network policy agent, below IMAGES");

  static final Command RESTART =
      Command.of("kubectl -n kube-system delete pods" + ON_THIS_NODE)
          .noted("restarts aws-node on this node only; running pods keep their network");

  /** A changed DaemonSet is a likely reason why ipamD restarts or does not start. */
  static final Command CHANGES =
      Command.of(
              "kubectl -n kube-system get controllerrevisions -l k8s-app=aws-node"
                  + " --sort-by=.metadata.creationTimestamp")
          .noted("the last AGE is the time since the last change of aws-node");

  static final Command UNDO_CHANGE =
      Command.of("kubectl -n kube-system rollout undo ds aws-node")
          .noted(
              EVERY_NODE
                  + "; undoes the last change of aws-node; only if the trouble began after this"
                  + " change; EKS can restore the image of an add-on");

  static final Command RAISE_MEMORY_LIMIT =
      Command.of(
              "kubectl -n kube-system set resources ds aws-node -c aws-node --limits"
                  + " memory=\"$LIMIT\"")
          .noted(
              EVERY_NODE
                  + " by a restart of ipamD; only if the reason is OOMKilled; first set LIMIT"
                  + " above the present limit, such as 512Mi");

  /** Shows settings of aws-node with this text in their names. */
  static Command settingsLike(String name) {
    return Command.of("kubectl -n kube-system get ds aws-node -o yaml | grep -A 1 " + name);
  }

  /** Shows the present values of the variables of aws-node that the assignments name. */
  static Command present(String assignments) {
    return settingsLike(
        Stream.of(assignments.split(" ", -1))
            .map(one -> one.split("=", 2)[0])
            .collect(Collectors.joining("|", "-E '", "'")));
  }

  /**
   * Returns the given commands, and then the commands that set variables of aws-node.
   *
   * @param assignments such as {@code WARM_IP_TARGET=5 MINIMUM_IP_TARGET=10}
   */
  static List<Command> setting(String assignments, Command... first) {
    return Command.join(
        List.of(first),
        List.of(
            setAddOnEnv(assignments),
            present(assignments).noted("prints the new value" + RESULT),
            setEnv(assignments, "the old value")));
  }

  /** Returns the given commands, and then the commands that remove a boolean variable. */
  static List<Command> removing(String name, Command... first) {
    return Command.join(
        List.of(first),
        List.of(
            setAddOnEnv(name + "=false").noted("; only if get ds prints true"),
            present(name).noted("prints nothing or false" + RESULT),
            setEnv(name + "-", "true")));
  }

  /** The note of a command that shows the result of a change. EKS can keep another value. */
  static final String RESULT = " after a minute";

  /** Sets variables on every node, if aws-node is not a managed add-on. */
  private static Command setEnv(String assignments, String old) {
    return Command.of("kubectl -n kube-system set env ds aws-node " + assignments)
        .noted(
            EVERY_NODE
                + " too; only after ResourceNotFoundException, or if get ds still prints "
                + old);
  }

  /**
   * Sets variables on every node, if aws-node is a managed add-on: a later update of the add-on can
   * undo a change by {@code kubectl set env}. {@code update-addon} replaces all configuration
   * values, so the command merges the new values into the present ones.
   */
  private static Command setAddOnEnv(String assignments) {
    String values =
        Stream.of(assignments.split(" ", -1))
            .map(one -> one.replaceFirst("=", ": \"") + "\"")
            .collect(Collectors.joining(", "));
    return updateAddOn(
            "",
            "configurationValues: ((.configurationValues // \"{}\" | fromjson) * {env: {"
                + values
                + "}} | tojson)")
        .noted(
            " and restarts ipamD there; prints ResourceNotFoundException if aws-node is no EKS"
                + " add-on");
  }

  static final Command UPGRADE =
      updateAddOn(
              " --arg release \"$RELEASE\"",
              "configurationValues, addonVersion: ($release | select(startswith(\"v\")))")
          .noted(
              "; upgrades the EKS add-on to this release; only if it is newer than the present"
                  + " image. If aws-node is no add-on, apply the manifest or the chart of a newer"
                  + " release instead");

  /**
   * Updates the add-on, and keeps its values and its role: without the role the add-on would use
   * the role of the node. If aws-node is no add-on, or if its values are no JSON, the input is
   * empty and nothing changes.
   *
   * @param jq an option of jq
   * @param change the changed fields of the add-on
   * @see <a href="https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAddon.html">
   *     UpdateAddon</a>
   */
  private static Command updateAddOn(String jq, String change) {
    return Command.of(
            aws("eks update-addon")
                + " --cli-input-json \"$("
                + aws("eks describe-addon")
                + " --cluster-name "
                + CLUSTER
                + " --addon-name vpc-cni --output json | jq -c"
                + jq
                + " '.addon | {clusterName, addonName, serviceAccountRoleArn,"
                + " resolveConflicts: \"PRESERVE\", "
                + change
                + "} | del(.[] | nulls)')\"")
        .noted(EVERY_NODE);
  }

  /** Sets the shell variable RELEASE, which {@link #UPGRADE} uses. */
  static final Command NEWEST_RELEASE =
      Command.of(
              "RELEASE=\"$("
                  + aws("eks describe-addon-versions")
                  + " --addon-name vpc-cni --kubernetes-version \"$("
                  + aws("eks describe-cluster")
                  + " --name "
                  + CLUSTER
                  + " --query cluster.version --output text)\" --query"
                  + " 'addons[0].addonVersions[].addonVersion' --output text | tr '\\t' '\\n'"
                  + " | sort -V | tail -1)\"; echo \"$RELEASE\"; kubectl -n kube-system describe"
                  + " ds aws-node | grep Image:")
          .noted(
              "prints the newest release that EKS offers, and the present images; for a smaller"
                  + " step set RELEASE to an older release");
}
