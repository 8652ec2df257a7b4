package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.AwsCommands.aws;
import static io.cnimetrics.doctor.AwsCommands.ofInstance;
import static io.cnimetrics.doctor.Placeholder.CLUSTER;
import static io.cnimetrics.doctor.Placeholder.INSTANCE_ID;
import static io.cnimetrics.doctor.Placeholder.NODE;

import io.cnimetrics.snapshot.AddressMode;
import java.util.List;

/** Commands about the pods of this node, and about the number and size of nodes. */
final class PodCommands {
  private PodCommands() {}

  static final Command PODS_OF_NODE = podsWith("");
  private static final String PENDING = "status.phase=Pending,";
  static final Command PENDING_PODS = podsWith(PENDING);

  private static Command podsWith(String field) {
    return Command.of("kubectl get pods -A -o wide" + onThisNode(field));
  }

  /**
   * Selects the pods of this node.
   *
   * @param field another selector before it, such as {@code status.phase=Pending,}; can be empty
   */
  static String onThisNode(String field) {
    return " --field-selector " + field + "spec.nodeName=" + NODE;
  }

  /** The pods of a program in the namespace kube-system on this node. */
  static String systemPods(String name, String output) {
    return "kubectl -n kube-system get pods -l app.kubernetes.io/name=%s".formatted(name)
        + onThisNode("")
        + " -o "
        + output;
  }

  static final Command POD_IDENTITY_ON_NODE =
      Command.of(systemPods("eks-pod-identity-agent", "wide"));

  static final Command SYSTEM_PODS =
      Command.of("kubectl -n kube-system get pods -o wide" + onThisNode(""))
          .noted(
              "lists the pods; aws-node, kube-proxy, and eks-pod-identity-agent if you use it,"
                  + " must run");

  /** The events of pods that do not start on this node. {@code -o wide} prints the node's name. */
  static final Command FAILED_PODS =
      Command.of(
          "kubectl get events -A -o wide --field-selector reason=FailedCreatePodSandBox | grep -wF "
              + NODE);

  /** Counts the pods of this node that have an address of their own. */
  static final Command POD_COUNT =
      Command.of(
              "kubectl get pods -A --no-headers"
                  + onThisNode("")
                  + " -o custom-columns=HOST:.spec.hostNetwork,IP:.status.podIP,PHASE:.status.phase"
                  + " | grep -vcE 'true|Succeeded|Failed|.none. +Pending'")
          .noted("counts the pods that have an address");

  /** Lists the policies that give pods security groups of their own. */
  static final Command SECURITY_GROUP_POLICIES = Command.of("kubectl get securitygrouppolicies -A");

  /** Deletes one of the pods that an earlier command lists. */
  static final Command DELETE_POD =
      Command.of("kubectl delete pod -n \"$NAMESPACE\" \"$POD\"")
          .noted(
              "first set NAMESPACE and POD to a listed pod without network; its controller"
                  + " starts it again, and a pod without a controller is lost");

  /**
   * Lists the pods whose address is not on the instance. EC2 lists neither the addresses of
   * prefixes nor the addresses of branch ENIs. Therefore a node with these gets a list of all pods.
   */
  static Command podsWithoutAddress(NodeEvidence node) {
    boolean listsAll =
        node.mode() != AddressMode.SECONDARY_IP
            || node.snapshot()
                .pool()
                .filter(pool -> pool.hasTrunk() || pool.prefixes() > 0)
                .isPresent();
    return listsAll
        ? PODS_OF_NODE
        : Command.of(
                "IPS=\"$("
                    + ofInstance("NetworkInterfaces[].PrivateIpAddresses[].PrivateIpAddress")
                    + " --output text | tr '\\t' '\\n"
                    + "')\"; test -n \"$IPS\" && "
                    + podsWith("status.phase=Running,").text()
                    + " | grep -vwF \"$IPS\"")
            .noted("lists the pods whose address is not on the instance");
  }

  static final Command IS_CORDONED =
      Command.of(
          "kubectl get node "
              + NODE
              + " -o custom-columns=NODE:.metadata.name,CORDONED:.spec.unschedulable");

  private static final Command CORDON =
      Command.of("kubectl cordon " + NODE)
          .noted("keeps new pods away from this node, until kubectl uncordon");

  private static final String OF_NODE_GROUP =
      " --cluster-name "
          + CLUSTER
          + " --nodegroup-name \"$(kubectl get node "
          + NODE
          + " -o jsonpath='{.metadata.labels.eks\\.amazonaws\\.com/nodegroup}')\"";

  private static final Command SIZE_OF_NODE_GROUP =
      Command.of(aws("eks describe-nodegroup") + OF_NODE_GROUP + " --query nodegroup.scalingConfig")
          .noted("for a node group that no autoscaler enlarges");

  private static final Command ENLARGE_NODE_GROUP =
      Command.of(
              aws("eks update-nodegroup-config")
                  + OF_NODE_GROUP
                  + " --scaling-config desiredSize=\"$SIZE\"")
          .noted(
              "for this node group; first set SIZE above desiredSize; if SIZE is above maxSize"
                  + " too, append ,maxSize=$SIZE");

  /** Adds nodes: a node group gets more nodes, and Karpenter starts nodes for waiting pods. */
  static final List<Command> ADD_NODES = List.of(SIZE_OF_NODE_GROUP, ENLARGE_NODE_GROUP, CORDON);

  /**
   * Deletes only pods that have no address and that a controller starts again on another node. A
   * Job counts a deleted pod as a failure, so the pods of Jobs stay.
   */
  private static final Command DELETE_PENDING_PODS =
      Command.of(
              "kubectl get pods -A --no-headers -o 'custom-columns=NAMESPACE:.metadata.namespace,"
                  + "NAME:.metadata.name,IP:.status.podIP,KIND:.metadata.ownerReferences[0].kind'"
                  + onThisNode(PENDING)
                  + " | grep -E ' .none. +(ReplicaSet|StatefulSet) *$' | awk '{print $1, $2}'"
                  + " | xargs -r -n 2 kubectl delete pod -n")
          .noted(
              "deletes the waiting pods of ReplicaSets and StatefulSets, which start them on"
                  + " other nodes");

  /** Returns the given commands, and then the commands that move waiting pods to other nodes. */
  static List<Command> movePendingPods(Command... first) {
    return Command.join(
        List.of(PENDING_PODS), List.of(first), ADD_NODES, List.of(DELETE_PENDING_PODS));
  }

  private static final Command DRAIN =
      Command.of("kubectl drain --ignore-daemonsets --delete-emptydir-data --timeout=10m " + NODE)
          .noted("restarts the pods of this node elsewhere; their emptyDir data is lost");

  private static final Command TERMINATE =
      Command.of(
              aws("autoscaling terminate-instance-in-auto-scaling-group")
                  + " --no-should-decrement-desired-capacity --instance-id "
                  + INSTANCE_ID)
          .noted(
              "after drain has ended, for a node of a node group: terminates the node; the group"
                  + " starts another");

  private static final Command DELETE_NODE =
      Command.of("kubectl delete node " + NODE)
          .noted("after drain has ended, for a node of Karpenter only: terminates the node");

  /** Returns the given commands, and then the commands that replace this node with a new node. */
  static List<Command> replaceNode(Command... first) {
    return Command.join(List.of(first), List.of(DRAIN, TERMINATE, DELETE_NODE));
  }

  /** Shows the node's max-pods, and the node group or Karpenter pool that sets it. */
  static final Command NODE_GROUP =
      Command.of(
          "kubectl get node "
              + NODE
              + " -o 'custom-columns=NODE:.metadata.name,MAXPODS:.status.capacity.pods,"
              + "GROUP:.metadata.labels.eks\\.amazonaws\\.com/nodegroup,"
              + "POOL:.metadata.labels.karpenter\\.sh/nodepool'");

  /**
   * Reads the kubelet's max-pods from the user data of the launch template with which the node
   * group was created. The instance itself has a copy of EKS, which nobody may change.
   */
  private static final Command USER_DATA =
      Command.of(
              "TEMPLATE=\"$("
                  + aws("eks describe-nodegroup")
                  + OF_NODE_GROUP
                  + " --query nodegroup.launchTemplate.id --output text)\"; echo \"$TEMPLATE\"; "
                  + aws("ec2 describe-launch-template-versions")
                  + " --versions '$Latest' --launch-template-id \"$TEMPLATE\" --query"
                  + " 'LaunchTemplateVersions[].LaunchTemplateData.UserData' --output text")
          .noted(
              "shows the launch template of a node group, and its user data in Base64; None means"
                  + " that the node group has no launch template of its own");

  private static final Command ROLL_NODE_GROUP =
      Command.of(
              "test -n \"$VERSION\" && "
                  + aws("eks update-nodegroup-version")
                  + OF_NODE_GROUP
                  + " --launch-template id=\"$TEMPLATE\",version=\"$VERSION\"")
          .noted("for a node group: replaces its nodes; first set VERSION to the new version");

  /** The part of a remedy that explains the commands of {@link #setMaxPods}. */
  static final String WHERE_MAX_PODS =
      "With Karpenter, patch its EC2NodeClass. In a managed node group, set maxPods below"
          + " spec.kubelet.config of nodeadm's NodeConfig in a new version of the launch template,"
          + " and roll the group with update-nodegroup-version. A node group without a launch"
          + " template of its own needs a new node group";

  /**
   * The commands for {@link #WHERE_MAX_PODS}.
   *
   * @param others commands that come before the replacement of the nodes
   */
  static List<Command> setMaxPods(long pods, List<Command> others) {
    Command karpenter =
        Command.of(
                "kubectl patch ec2nodeclass \"$(kubectl get node "
                    + NODE
                    + " -o jsonpath='{.metadata.labels.karpenter\\.k8s\\.aws/ec2nodeclass}')\""
                    + " --type merge -p '{\"spec\":{\"kubelet\":{\"maxPods\":%d}}}'"
                        .formatted(pods))
            .noted("for Karpenter, which then replaces the nodes of this EC2NodeClass");
    return Command.join(List.of(USER_DATA, karpenter), others, List.of(ROLL_NODE_GROUP));
  }
}
