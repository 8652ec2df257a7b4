package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.NodeIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Commands of remedies. Each command is one line for a shell. If a command changes more than this
 * node, or has to run on the node, a comment at its end says so.
 */
final class Commands {
  static final String EVERY_NODE = "  # changes every node";

  /** The comment of a command that has to run on the node. */
  static final String ON_NODE = "  # on the node";

  /** The placeholders for this node's ids. */
  static final String THIS_NODE = "<this node>";

  static final String THIS_INSTANCE = "<this instance>";
  static final String THIS_CLUSTER = "<this cluster>";
  static final String THIS_REGION = "<this region>";
  private static final String THIS_PARTITION = "<this partition>";
  private static final String THIS_ZONE = "<this zone>";

  /** The subnets of this node's ENIs, separated by commas. */
  private static final String THESE_SUBNETS = "<these subnets>";

  private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9._/:@=,-]+");

  private static final String ON_THIS_NODE =
      " -l k8s-app=aws-node --field-selector spec.nodeName=" + THIS_NODE;

  /** The name of this node's aws-node pod, as an argument of another command. */
  private static final String AWS_NODE_POD =
      "\"$(kubectl -n kube-system get pods" + ON_THIS_NODE + " -o name)\"";

  /**
   * Shows how the last container of aws-node ended, its limits and its liveness probe, and the last
   * events of the pod.
   */
  static final String LAST_STATE =
      "kubectl -n kube-system describe " + AWS_NODE_POD + " | grep -E -A 15 'Last State|^Events'";

  /** The log of the container aws-node, which runs ipamD. */
  static final String LOG = "kubectl -n kube-system logs -c aws-node --tail 50 " + AWS_NODE_POD;

  /** The log of the init container, which must end before the container aws-node starts. */
  static final String LOG_OF_INIT =
      "kubectl -n kube-system logs -c aws-vpc-cni-init --tail 20 " + AWS_NODE_POD;

  /** What aws-node logged first. The end of the log does not show the start. */
  static final String LOG_OF_START =
      "kubectl -n kube-system logs -c aws-node " + AWS_NODE_POD + " | head -30";

  /** Runs on the node. Shows what ipamD logged after each start, with the time of each line. */
  static final String STARTS_OF_IPAMD =
      "sudo grep -A 60 'Starting L-IPAMD' /var/log/aws-routed-eni/ipamd.log" + ON_NODE;

  /**
   * Fails if the node's role lacks the policy for the SSM agent. The shell then runs the command
   * after {@code ||}.
   */
  private static final String SSM =
      aws("ssm start-session") + " --target " + THIS_INSTANCE + " || ";

  private static final String SHELL =
      "kubectl debug node/"
          + THIS_NODE
          + " -it --profile=sysadmin --image=public.ecr.aws/docker/library/busybox"
          + " -- chroot /host  # opens a shell on the node; exit leaves it";

  static final String PREVIOUS_LOG =
      "kubectl -n kube-system logs -p -c aws-node --tail 50 " + AWS_NODE_POD;

  /** Shows how busy the node's CPU is, and the programs that use most of it. */
  static final String TOP = "top -b -n 2 | grep -A 12 '^top' | tail -13" + ON_NODE;

  static final String LOG_OF_POLICY_AGENT =
      "kubectl -n kube-system logs -c aws-eks-nodeagent --tail 50 " + AWS_NODE_POD;

  /** Runs on the node, because only the node has ipamD's own log. */
  static final String ERRORS_OF_IPAMD =
      "sudo grep -i error /var/log/aws-routed-eni/ipamd.log | tail -20" + ON_NODE;

  static final String FAILURES_OF_IPAMD =
      "sudo grep -iE 'error|fail|reject' /var/log/aws-routed-eni/ipamd.log | tail -20" + ON_NODE;

  static final String ERRORS_OF_PLUGIN =
      "sudo grep -i error /var/log/aws-routed-eni/plugin.log | tail -20" + ON_NODE;

  /** The events of pods that do not start on this node. {@code -o wide} prints the node's name. */
  static final String FAILED_PODS =
      "kubectl get events -A -o wide --field-selector reason=FailedCreatePodSandBox | grep -wF "
          + THIS_NODE;

  /** The container runtime uses the first file, which must be that of the VPC CNI. */
  static final String CNI_FILES = "ls /etc/cni/net.d /opt/cni/bin" + ON_NODE;

  static final String CLOCK = "chronyc tracking" + ON_NODE;
  static final String SYSTEM_PODS =
      "kubectl -n kube-system get pods -o wide --field-selector spec.nodeName="
          + THIS_NODE
          + "  # lists the pods; aws-node, kube-proxy, and eks-pod-identity-agent if you use it,"
          + " must run";

  /** Shows which nodes the DaemonSet selects, and why it creates no pod. */
  static final String WHY_NO_AWS_NODE =
      "kubectl -n kube-system describe ds aws-node | grep -E -A 9 '^Events|Node-Selector'";

  /** Shows the releases of the containers of aws-node. */
  static final String RELEASES =
      "kubectl -n kube-system get ds aws-node -o wide"
          + "  # shows the releases, also of the network policy agent, below IMAGES";

  static final String IS_CORDONED =
      "kubectl get node "
          + THIS_NODE
          + " -o custom-columns=NODE:.metadata.name,CORDONED:.spec.unschedulable";

  /** A changed DaemonSet is a likely reason why ipamD restarts or does not start. */
  static final String CHANGES_OF_AWS_NODE =
      "kubectl -n kube-system get controllerrevisions -l k8s-app=aws-node"
          + " --sort-by=.metadata.creationTimestamp"
          + "  # the last AGE is the time since the last change of aws-node";

  static final String UNDO_CHANGE_OF_AWS_NODE =
      "kubectl -n kube-system rollout undo ds aws-node"
          + EVERY_NODE
          + "; undoes the last change of aws-node; only if the trouble began after it";

  static final String RAISE_MEMORY_LIMIT =
      "kubectl -n kube-system set resources ds aws-node -c aws-node --limits memory=\"$LIMIT\""
          + EVERY_NODE
          + " by a restart of ipamD; only if the reason is OOMKilled; first set LIMIT above the"
          + " present limit, such as 512Mi";

  static final String RESTART_AWS_NODE =
      "kubectl -n kube-system delete pods"
          + ON_THIS_NODE
          + "  # restarts aws-node on this node only; running pods keep their network";

  /** The comment at the end of a command. Two spaces and # inside a quoted id are no comment. */
  static final Pattern NOTE_AT_END = Pattern.compile("  # ([^'\"]+)$");

  private static final String PENDING = " --field-selector status.phase=Pending,spec.nodeName=";
  static final String PENDING_PODS = "kubectl get pods -A -o wide" + PENDING + THIS_NODE;

  private static final String OF_NODE_GROUP =
      " --cluster-name "
          + THIS_CLUSTER
          + " --nodegroup-name \"$(kubectl get node "
          + THIS_NODE
          + " -o jsonpath='{.metadata.labels.eks\\.amazonaws\\.com/nodegroup}')\"";

  private static final String SIZE_OF_NODE_GROUP =
      aws("eks describe-nodegroup")
          + OF_NODE_GROUP
          + " --query nodegroup.scalingConfig"
          + "  # for a node group that no autoscaler enlarges";

  private static final String ADD_NODES =
      aws("eks update-nodegroup-config")
          + OF_NODE_GROUP
          + " --scaling-config desiredSize=\"$SIZE\"  # for this node group; first set SIZE above"
          + " desiredSize; if SIZE is above maxSize too, append ,maxSize=$SIZE";

  private static final String CORDON =
      "kubectl cordon "
          + THIS_NODE
          + "  # keeps new pods away from this node, until kubectl uncordon";

  /**
   * Deletes only pods that have no address and that a controller starts again on another node. A
   * Job counts a deleted pod as a failure, so the pods of Jobs stay.
   */
  private static final String DELETE_PENDING_PODS =
      "kubectl get pods -A --no-headers -o 'custom-columns=NAMESPACE:.metadata.namespace,"
          + "NAME:.metadata.name,IP:.status.podIP,KIND:.metadata.ownerReferences[0].kind'"
          + PENDING
          + THIS_NODE
          + " | grep -E ' .none. +(ReplicaSet|StatefulSet) *$' | awk '{print $1, $2}' | xargs -r -n"
          + " 2 kubectl delete pod -n  # deletes the waiting pods of ReplicaSets and StatefulSets,"
          + " which start them on other nodes";

  static final String PODS_OF_NODE =
      "kubectl get pods -A -o wide --field-selector spec.nodeName=" + THIS_NODE;

  /** Counts the pods of this node that have an address of their own. */
  static final String POD_COUNT =
      "kubectl get pods -A --no-headers --field-selector spec.nodeName="
          + THIS_NODE
          + " -o custom-columns=HOST:.spec.hostNetwork,IP:.status.podIP,PHASE:.status.phase"
          + " | grep -vcE 'true|Succeeded|Failed|.none. +Pending'"
          + "  # counts the pods that have an address";

  /** Deletes a pod that a command before it has listed. */
  static final String DELETE_POD =
      "kubectl delete pod -n \"$NAMESPACE\" \"$POD\""
          + "  # first set NAMESPACE and POD to a listed pod without network; its controller"
          + " starts it again, and a pod without a controller is lost";

  /**
   * Lists the pods whose address is not on the instance. EC2 lists neither the addresses of
   * prefixes nor those of branch ENIs. Therefore a node with these gets a list of all pods.
   */
  static String podsWithoutAddress(NodeEvidence node) {
    boolean listsAll =
        node.mode() != AddressMode.SECONDARY_IP
            || node.snapshot()
                .pool()
                .filter(pool -> pool.hasTrunk() || pool.prefixes() > 0)
                .isPresent();
    return listsAll
        ? PODS_OF_NODE
        : "IPS=\"$("
            + aws("ec2 describe-instances")
            + " --instance-ids "
            + THIS_INSTANCE
            + " --query"
            + " 'Reservations[].Instances[].NetworkInterfaces[].PrivateIpAddresses[].PrivateIpAddress'"
            + " --output text | tr '\\t' '\\n"
            + "')\"; test -n \"$IPS\" && "
            + PODS_OF_NODE.replace("spec.nodeName", "status.phase=Running,spec.nodeName")
            + " | grep -vwF \"$IPS\"  # lists the pods whose address is not on the instance";
  }

  private static final String DRAIN =
      "kubectl drain --ignore-daemonsets --delete-emptydir-data --timeout=10m "
          + THIS_NODE
          + "  # restarts the pods of this node elsewhere; their emptyDir data is lost";

  private static final String TERMINATE =
      aws("autoscaling terminate-instance-in-auto-scaling-group")
          + " --no-should-decrement-desired-capacity --instance-id "
          + THIS_INSTANCE
          + "  # after drain has ended, for a node of a node group: terminates the node; the group"
          + " starts another";

  private static final String DELETE_NODE =
      "kubectl delete node "
          + THIS_NODE
          + "  # after drain has ended, for a node of Karpenter only: terminates the node";

  static final String ENIS_OF_INSTANCE =
      aws("ec2 describe-network-interfaces")
          + " --filters Name=attachment.instance-id,Values="
          + THIS_INSTANCE
          + " --query"
          + " 'NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,Attachment.DeviceIndex,SubnetId,Description]'"
          + " --output table";

  /** The subnets of this node's VPC and zone with their free addresses. */
  static final String SUBNETS =
      subnets("AvailableIpAddressCount,CidrBlock,MapPublicIpOnLaunch") + " --output table";

  static final String IPV6_OF_SUBNETS =
      subnets("Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock") + " --output text";

  /** Counts the used addresses of this node's subnets by /24. */
  private static final String USED_BLOCKS =
      aws("ec2 describe-network-interfaces")
          + " --filters Name=subnet-id,Values="
          + THESE_SUBNETS
          + " --query 'NetworkInterfaces[].[PrivateIpAddresses[].PrivateIpAddress,"
          + "Ipv4Prefixes[].Ipv4Prefix][]' --output text"
          + " | tr '\\t' '\\n' | awk -F '[./]' 'NF > 3 {n[$1\".\"$2\".\"$3] += NF > 4 ? 16 : 1}"
          + " END {for (b in n) print n[b], b}'"
          + "  # counts the used addresses of each /24";

  private static final String RESERVE_FOR_PREFIXES =
      aws("ec2 create-subnet-cidr-reservation")
          + " --subnet-id \"$SUBNET\" --cidr \"$CIDR\" --reservation-type prefix"
          + "  # changes the whole subnet; first set SUBNET, and CIDR to a block with few used"
          + " addresses";

  /**
   * Gives ipamD free prefixes, from another subnet or from a reserved block of the present subnet.
   */
  static String[] freePrefixes() {
    return new String[] {
      SUBNETS, USED_BLOCKS, ADD_SUBNET, SET_SUBNET_OF_ENICONFIG, RESERVE_FOR_PREFIXES
    };
  }

  private static String subnets(String fields) {
    return aws("ec2 describe-subnets")
        + " --filters Name=availability-zone,Values="
        + THIS_ZONE
        + " Name=vpc-id,Values=\"$("
        + aws("ec2 describe-instances")
        + " --instance-ids "
        + THIS_INSTANCE
        + " --query 'Reservations[].Instances[].VpcId' --output text)\" --query"
        + " 'Subnets[].[SubnetId,%s]'".formatted(fields);
  }

  /** With the value 0, this tag of a subnet forbids pods in the subnet. */
  static final String POD_TAG = "kubernetes.io/role/cni";

  /**
   * Allows ipamD to use one more subnet. A person must choose the subnet, because it can be public.
   */
  static final String ADD_SUBNET =
      aws("ec2 create-tags")
          + " --tags Key="
          + POD_TAG
          + ",Value=1 --resources \"$SUBNET\""
          + EVERY_NODE
          + " of the VPC; first set SUBNET to a subnet with many free addresses and False in the"
          + " last column (not public)";

  /** Lists the interfaces of the VPC CNI that no instance uses, such as those of deleted nodes. */
  static final String UNATTACHED_ENIS = unattached("");

  /** The listed interfaces can include a new one that ipamD has not attached yet. */
  static final String DELETE_UNATTACHED_ENIS =
      "echo \"$ENIS\" | cut -f 1 | xargs -r -n 1 "
          + aws("ec2 delete-network-interface")
          + " --network-interface-id"
          + "  # deletes the listed interfaces, which no instance uses";

  /** The part of {@link #FREE_ADDRESSES} that is left out if the warm targets are low already. */
  static final String LOWER_TARGETS =
      ", and lower the warm targets, so that ipamD releases idle addresses";

  /** What to do if the subnets of this node's ENIs have no free address. */
  static final String FREE_ADDRESSES =
      "Delete unattached interfaces"
          + LOWER_TARGETS
          + ". If doctor still fails after some minutes, give pods one more subnet";

  private static final String PRESENT =
      "  # prints the present value; nothing means that it is not set";

  private static String unattached(String filter) {
    return "ENIS=\"$("
        + aws("ec2 describe-network-interfaces")
        + " --filters Name=status,Values=available"
        + filter
        + " Name=description,Values='aws-K8S-*'"
        + " Name=tag:cluster.k8s.amazonaws.com/name,Values="
        + THIS_CLUSTER
        + " --query 'NetworkInterfaces[].[NetworkInterfaceId,SubnetId,Description]' --output"
        + " text)\"; echo \"$ENIS\"";
  }

  /** Shows the node's max-pods, and the node group or Karpenter pool that sets it. */
  static final String NODE_GROUP =
      "kubectl get node "
          + THIS_NODE
          + " -o 'custom-columns=NODE:.metadata.name,MAXPODS:.status.capacity.pods,"
          + "GROUP:.metadata.labels.eks\\.amazonaws\\.com/nodegroup,"
          + "POOL:.metadata.labels.karpenter\\.sh/nodepool'";

  /** Shows the user data of the node's launch template, which has the kubelet's max-pods. */
  private static final String USER_DATA =
      aws("ec2 describe-launch-template-versions")
          + " --versions '$Latest' --launch-template-id \"$("
          + aws("ec2 describe-tags")
          + " --filters Name=resource-id,Values="
          + THIS_INSTANCE
          + " Name=key,Values=aws:ec2launchtemplate:id --query 'Tags[].Value' --output text)\""
          + " --query 'LaunchTemplateVersions[].[LaunchTemplateId,LaunchTemplateData.UserData]'"
          + " --output text  # shows a launch template of a node group, and its user data, in"
          + " Base64";

  private static final String ROLL_NODE_GROUP =
      aws("eks update-nodegroup-version")
          + OF_NODE_GROUP
          + " --launch-template id=\"$TEMPLATE\",version=\"$VERSION\""
          + "  # for a node group: replaces its nodes; first set TEMPLATE and VERSION";

  /** How to set max-pods with {@link #maxPods}. */
  static final String WHERE_MAX_PODS =
      "With Karpenter, patch its EC2NodeClass. In a managed node group, set maxPods below"
          + " spec.kubelet.config of nodeadm's NodeConfig in a new version of the launch template,"
          + " and roll the group with update-nodegroup-version";

  /** The commands for {@link #WHERE_MAX_PODS}. */
  static String[] maxPods(long pods, String... last) {
    String karpenter =
        "kubectl patch ec2nodeclass \"$(kubectl get node "
            + THIS_NODE
            + " -o jsonpath='{.metadata.labels.karpenter\\.k8s\\.aws/ec2nodeclass}')\""
            + " --type merge -p '{\"spec\":{\"kubelet\":{\"maxPods\":%d}}}'".formatted(pods)
            + "  # for Karpenter, which then replaces the nodes of this EC2NodeClass";
    return Stream.concat(
            Stream.of(USER_DATA, karpenter),
            Stream.concat(Stream.of(last), Stream.of(ROLL_NODE_GROUP)))
        .toArray(String[]::new);
  }

  private static final String DESCRIBE_ADD_ON =
      aws("eks describe-addon") + " --cluster-name " + THIS_CLUSTER + " --addon-name vpc-cni";

  /** Shows settings of aws-node with this text in their names. */
  static String settingsLike(String name) {
    return "kubectl -n kube-system get ds aws-node -o yaml | grep -A 1 " + name;
  }

  static final String INSTANCE_GROUPS =
      aws("ec2 describe-instances")
          + " --instance-ids "
          + THIS_INSTANCE
          + " --query"
          + " 'Reservations[].Instances[].NetworkInterfaces[].[NetworkInterfaceId,SubnetId,Groups[].GroupId]'"
          + " --output text";

  /** Runs doctor again in the agent's pod on this node, with these flags. */
  static String doctor(String flags) {
    return "kubectl -n kube-system exec \"$(%s)\" -- cni-metrics-agent doctor %s"
        .formatted(podsOf("cni-metrics-agent", "name"), flags);
  }

  /** The start of a call of the AWS CLI, such as {@code ec2 describe-subnets}, in this region. */
  static String aws(String call) {
    return "aws " + call + " --region " + THIS_REGION;
  }

  /** Shows the callers of a call such as {@code DetachNetworkInterface}. */
  static String callersOf(String call) {
    return aws("cloudtrail lookup-events")
        + " --lookup-attributes AttributeKey=EventName,AttributeValue="
        + call
        + " --max-items 50 --query 'Events[].[EventTime,Username,Resources[].ResourceName]'"
        + " --output text";
  }

  /**
   * Counts the account's last calls to EC2. The counts are grouped by role or user, call and error.
   */
  static final String CALLS_TO_EC2 =
      aws("cloudtrail lookup-events")
          + " --lookup-attributes AttributeKey=EventSource,AttributeValue=ec2.amazonaws.com"
          + " --max-items 500 --query 'Events[].[Username,EventName,CloudTrailEvent]' --output text"
          + " | sed -E"
          + " 's/^[^[:space:]]*(.*\"sessionIssuer\":[{][^}]*\"userName\":\"([^\"]*)\")/\\2\\1/;"
          + " s/[{].*\"errorCode\":\"([^\"]*).*/\\1/; s/[{].*//'"
          + " | sort | uniq -c | sort -rn | head -20"
          + "  # CloudTrail shows a call up to 15 minutes late, so run it again later";

  /** Shows the calls to AWS that used or changed a resource. */
  static String eventsOf(String resource) {
    return aws("cloudtrail lookup-events")
        + " --max-items 50 --lookup-attributes AttributeKey=ResourceName,AttributeValue="
        + resource;
  }

  /** Allows ipamD to use a subnet for pods. */
  static String allowPodsIn(String subnet) {
    return aws("ec2 delete-tags")
        + " --resources "
        + subnet
        + " --tags Key="
        + POD_TAG
        + EVERY_NODE
        + " in that subnet; someone may have set the tag on purpose";
  }

  static final String ROLE_OF_AGENT = roleOf("cni-metrics-agent");
  static final String ROLE_OF_AWS_NODE = roleOf("aws-node");

  /**
   * Sets the shell variable ROLE, which other commands use. The AWS SDK looks for the three roles
   * in this order.
   */
  private static String roleOf(String serviceAccount) {
    String association =
        aws("eks list-pod-identity-associations")
            + " --cluster-name %s --namespace kube-system --service-account %s"
                .formatted(THIS_CLUSTER, serviceAccount)
            + " --query 'associations[0].associationId' --output text";
    String profile =
        aws("ec2 describe-instances")
            + " --instance-ids "
            + THIS_INSTANCE
            + " --query 'Reservations[].Instances[].IamInstanceProfile.Arn' --output text"
            + " | sed 's|.*/||'";
    return "ROLE=\"$( (kubectl -n kube-system get sa %s -o yaml; ".formatted(serviceAccount)
        + aws("eks describe-pod-identity-association")
        + " --cluster-name %s --association-id \"$(%s)\"".formatted(THIS_CLUSTER, association)
        + " --query association.roleArn 2>/dev/null; "
        + "aws iam get-instance-profile --instance-profile-name \"$(%s)\")".formatted(profile)
        + " | grep -om 1 ':role/[^\" ]*' | sed 's|.*/||')\"; echo \"$ROLE\""
        + "  # prints the role: by IRSA, else by Pod Identity, else that of the node";
  }

  static final String LOG_OF_AGENT =
      "kubectl -n kube-system logs --tail 50 \"$(" + podsOf("cni-metrics-agent", "name") + ")\"";

  static final String PODS_OF_AGENT = podsOf("cni-metrics-agent", "wide");
  static final String POD_IDENTITY_ON_NODE = podsOf("eks-pod-identity-agent", "wide");

  private static String podsOf(String name, String output) {
    return "kubectl -n kube-system get pods -l app.kubernetes.io/name=%s".formatted(name)
        + " --field-selector spec.nodeName="
        + THIS_NODE
        + " -o "
        + output;
  }

  static final String VARIABLES_OF_AGENT =
      "kubectl -n kube-system get ds cni-metrics-agent -o yaml | grep -A 1 -E 'PROXY|AWS_ENDPOINT'";

  static final String PROXY_OF_AGENT =
      "kubectl -n kube-system get ds cni-metrics-agent -o yaml | grep -A 1 PROXY";

  /** The number of ENIs that EC2 has attached. */
  static final String ENI_COUNT =
      aws("ec2 describe-instances")
          + " --instance-ids "
          + THIS_INSTANCE
          + " --query 'Reservations[].Instances[].length(NetworkInterfaces)' --output text";

  /** Shows the options of the instance's metadata. */
  static final String METADATA_OPTIONS =
      aws("ec2 describe-instances")
          + " --instance-ids "
          + THIS_INSTANCE
          + " --query 'Reservations[].Instances[].MetadataOptions'";

  /** Changes options of the instance's metadata, such as {@code --http-endpoint enabled}. */
  static String setMetadataOptions(String options) {
    return aws("ec2 modify-instance-metadata-options")
        + " --instance-id "
        + THIS_INSTANCE
        + " "
        + options;
  }

  /** Shows the interface endpoints of a service in the region. */
  static String vpcEndpoints(String service) {
    return aws("ec2 describe-vpc-endpoints")
        + " --filters Name=service-name,Values=com.amazonaws."
        + THIS_REGION
        + "."
        + service
        + " --query 'VpcEndpoints[].[VpcEndpointId,VpcId,State,PrivateDnsEnabled,Groups[].GroupId]'"
        + " --output text";
  }

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
  private static String updateAddOn(String jq, String change) {
    return aws("eks update-addon")
        + " --cli-input-json \"$("
        + DESCRIBE_ADD_ON
        + " --output json | jq -c"
        + jq
        + " '.addon | {clusterName, addonName, serviceAccountRoleArn,"
        + " resolveConflicts: \"PRESERVE\", "
        + change
        + "} | del(.[] | nulls)')\""
        + EVERY_NODE;
  }

  private static final String NEWEST_RELEASE =
      "RELEASE=\"$("
          + aws("eks describe-addon-versions")
          + " --addon-name vpc-cni --kubernetes-version \"$("
          + aws("eks describe-cluster")
          + " --name "
          + THIS_CLUSTER
          + " --query cluster.version --output text)\" --query"
          + " 'addons[0].addonVersions[].addonVersion' --output text | tr '\\t' '\\n' | sort -V"
          + " | tail -1)\"; echo \"$RELEASE\"; kubectl -n kube-system describe ds aws-node | grep"
          + " Image:  # prints the newest release that EKS offers, and the present images; for a"
          + " smaller step set RELEASE to an older release";

  static final String UPGRADE_CNI =
      updateAddOn(
              " --arg release \"$RELEASE\"",
              "configurationValues, addonVersion: ($release | select(startswith(\"v\")))")
          + "; upgrades the EKS add-on to this release; only if it is newer than the present image."
          + " If aws-node is no add-on, apply the manifest or the chart of a newer release instead";

  private static final String OF_ROLE = " --role-name \"$ROLE\"" + EVERY_NODE + " with that role";

  static final String TRUST_OF_AWS_NODE =
      "aws iam get-role --query Role.AssumeRolePolicyDocument --role-name \"$ROLE\"";

  static final String ATTACH_CNI_POLICY =
      "aws iam attach-role-policy --policy-arn arn:"
          + THIS_PARTITION
          + ":iam::aws:policy/AmazonEKS_CNI_Policy"
          + OF_ROLE;

  /** Allows the role an action that AmazonEKS_CNI_Policy does not allow. */
  static String allow(String action) {
    return "aws iam put-role-policy --policy-name vpc-cni-"
        + action.split(":", 2)[1]
        + " --policy-document"
        + " '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\""
        + action
        + "\",\"Resource\":\"*\"}]}'"
        + OF_ROLE;
  }

  /** Shows why AWS denied a call, such as "with an explicit deny in a service control policy". */
  static String denialsOf(String call) {
    return aws("cloudtrail lookup-events")
        + " --lookup-attributes AttributeKey=EventName,AttributeValue="
        + call
        + " --max-items 50 --query 'Events[].CloudTrailEvent' --output text"
        + " | grep -oE 'User: arn:[^\"]* (because|with an explicit deny)[^\".]*' | sort | uniq -c"
        + "  # names the role and the reason, up to 15 minutes after the call";
  }

  /** Lists the policies that give pods security groups of their own. */
  static final String PODS_WITH_SECURITY_GROUPS = "kubectl get securitygrouppolicies -A";

  static final String ENICONFIGS =
      "kubectl get eniconfigs -o"
          + " custom-columns=NAME:.metadata.name,SUBNET:.spec.subnet,GROUPS:.spec.securityGroups";

  private static final String FILE_OF_ENICONFIG = "eniconfig.json";

  static final String CREATE_ENICONFIG =
      "kubectl apply -f " + FILE_OF_ENICONFIG + "  # changes every node that uses this ENIConfig";

  /** Writes a file with an ENIConfig. It has the subnet and the security groups of this ENI. */
  static String eniConfigLike(String eni, String name) {
    return aws("ec2 describe-network-interfaces")
        + " --network-interface-ids %s --output json --query '".formatted(eni)
        + "{apiVersion:`\"crd.k8s.amazonaws.com/v1alpha1\"`,kind:`\"ENIConfig\"`,"
        + "metadata:{name:`\"%s\"`},spec:{subnet:NetworkInterfaces[0].SubnetId,".formatted(name)
        + "securityGroups:NetworkInterfaces[0].Groups[].GroupId}}' | tee "
        + FILE_OF_ENICONFIG
        + "  # writes eniconfig.json with the subnet and the groups of that ENI";
  }

  private static final String OF_ENICONFIG = "  # changes every node that uses this ENIConfig";

  static final String SET_SUBNET_OF_ENICONFIG =
      "test -n \"$SUBNET\" && kubectl patch eniconfig \"$NAME\" --type merge -p"
          + " '{\"spec\":{\"subnet\":\"'\"$SUBNET\"'\"}}'"
          + OF_ENICONFIG
          + "; first set NAME and SUBNET";

  static final String SET_GROUP_OF_ENICONFIG =
      "test -n \"$SG\" && kubectl patch eniconfig \"$NAME\" --type merge"
          + " -p '{\"spec\":{\"securityGroups\":[\"'\"$SG\"'\"]}}'"
          + OF_ENICONFIG
          + "; first set NAME and SG";

  static final String SET_GROUP_OF_PRIMARY_ENI =
      aws("ec2 modify-network-interface-attribute")
          + " --network-interface-id \"$("
          + aws("ec2 describe-network-interfaces")
          + " --filters Name=attachment.device-index,Values=0 Name=attachment.instance-id,Values="
          + THIS_INSTANCE
          + " --query 'NetworkInterfaces[0].NetworkInterfaceId' --output text)\" --groups $(echo"
          + " \"$SGS\")  # replaces all groups of the primary ENI; first set SGS to all groups,"
          + " with blanks between them";

  private Commands() {}

  /** Returns the given commands, and then the commands that set variables of aws-node. */
  static String[] setting(String assignments, String... first) {
    return change(assignments, assignments, first);
  }

  /**
   * The commands for {@link #FREE_ADDRESSES}.
   *
   * @param targets the assignments of lower warm targets; empty if the targets are low already
   */
  static String[] freeAddresses(Optional<String> targets) {
    return Stream.of(
            Stream.of(SUBNETS, unattached(" Name=subnet-id,Values=" + THESE_SUBNETS)),
            targets.stream().map(lower -> present(lower) + PRESENT),
            Stream.of(DELETE_UNATTACHED_ENIS),
            targets.stream().flatMap(lower -> Stream.of(setting(lower))),
            Stream.of(ADD_SUBNET, SET_SUBNET_OF_ENICONFIG))
        .flatMap(Function.identity())
        .toArray(String[]::new);
  }

  /**
   * Returns the given commands, followed by the commands that move this node's waiting pods to
   * other nodes.
   */
  static String[] movePendingPods(String... first) {
    return Stream.concat(
            Stream.concat(Stream.of(PENDING_PODS), Stream.of(first)),
            Stream.of(SIZE_OF_NODE_GROUP, ADD_NODES, CORDON, DELETE_PENDING_PODS))
        .toArray(String[]::new);
  }

  /** Adds nodes: a node group gets more nodes, and Karpenter starts nodes for waiting pods. */
  static String[] addNodes() {
    return new String[] {SIZE_OF_NODE_GROUP, ADD_NODES, CORDON};
  }

  /** Returns the given commands, and then the commands that replace this node with a new node. */
  static String[] replaceNode(String... first) {
    return Stream.concat(Stream.of(first), Stream.of(DRAIN, TERMINATE, DELETE_NODE))
        .toArray(String[]::new);
  }

  /**
   * Returns the given commands, and then the commands that remove a boolean variable of aws-node.
   */
  static String[] removing(String name, String... first) {
    return change(name + "-", name + "=false", first);
  }

  /** EKS keeps a value that was set with kubectl, so a command checks the result. */
  private static String[] change(String env, String addOn, String... first) {
    boolean removed = env.endsWith("-");
    String result = removed ? "nothing or false" : "the new value";
    String condition = removed ? "; only if get ds prints true" : "";
    return Stream.concat(
            Stream.of(first),
            Stream.of(
                setAddOnEnv(addOn) + condition,
                present(addOn) + "  # prints " + result + RESULT,
                setEnv(env, removed ? "true" : "the old value")))
        .toArray(String[]::new);
  }

  /** Shows the present values of the variables of aws-node that the assignments name. */
  private static String present(String assignments) {
    return Stream.of(assignments.split(" ", -1))
        .map(one -> one.split("=", 2)[0])
        .collect(Collectors.joining("|", settingsLike("-E '"), "'"));
  }

  /** The end of the comment of a command that checks the result of earlier commands. */
  static final String RESULT = " after a minute";

  /**
   * Sets a variable of the agent on every node to a value that a person chooses. The agent does not
   * start with an empty value, so nothing happens without one.
   */
  static String chooseAgentEnv(String name, String variable) {
    return "test -n \"$%s\" && ".formatted(variable)
        + setAgentEnv("%s=\"$%s\"".formatted(name, variable))
        + "; first set %s to the printed value".formatted(variable);
  }

  /** Sets variables of the agent on every node. */
  static String setAgentEnv(String assignments) {
    return "kubectl -n kube-system set env ds cni-metrics-agent "
        + assignments
        + "  # changes the agent on every node, unless the args of the DaemonSet have the flag";
  }

  /** Sets variables of aws-node on every node, if aws-node is not a managed add-on. */
  private static String setEnv(String assignments, String old) {
    return "kubectl -n kube-system set env ds aws-node "
        + assignments
        + EVERY_NODE
        + " too; only after ResourceNotFoundException, or if get ds still prints "
        + old;
  }

  /**
   * Sets variables of aws-node on every node, if aws-node is a managed add-on: EKS can undo a
   * change by {@code kubectl set env} when it updates the add-on. {@code update-addon} replaces all
   * configuration values, so the command merges the new values into the present ones.
   *
   * @param assignments such as {@code WARM_IP_TARGET=5 MINIMUM_IP_TARGET=10}
   */
  private static String setAddOnEnv(String assignments) {
    String values =
        List.of(assignments.split(" ", -1)).stream()
            .map(one -> one.replaceFirst("=", ": \"") + "\"")
            .collect(Collectors.joining(", "));
    return updateAddOn(
            "",
            "configurationValues: ((.configurationValues // \"{}\" | fromjson) * {env: {"
                + values
                + "}} | tojson)")
        + " and restarts ipamD there; prints ResourceNotFoundException if aws-node is no EKS"
        + " add-on";
  }

  /** Replaces the placeholders in a text with the known ids of this node. */
  static String named(String text, NodeEvidence node) {
    String named = text.replace(THESE_SUBNETS, subnets(node));
    for (Map.Entry<String, Optional<String>> id : ids(node).entrySet()) {
      if (id.getValue().isPresent()) {
        String word = quoted(id.getValue().get());
        named = named.replaceAll(Pattern.quote(id.getKey()), Matcher.quoteReplacement(word));
      }
    }
    return named;
  }

  /**
   * The commands with this node's ids. A command that needs an unknown id is left out. A command
   * that uses a variable or file of a left-out command is left out too. If a command has to run on
   * the node, a command that opens a shell there comes before it.
   */
  static List<String> complete(List<String> commands, NodeEvidence node) {
    List<String> complete =
        new ArrayList<>(
            commands.stream()
                .filter(command -> suits(command, node))
                .map(command -> command.replace(THESE_SUBNETS, subnets(node)))
                .map(command -> named(asking(command, node), node))
                .filter(command -> isComplete(command, node))
                .toList());
    SOURCES.forEach(
        (use, source) -> {
          if (complete.stream().noneMatch(command -> command.contains(source))) {
            complete.removeIf(command -> command.contains(use));
          }
        });
    insert(complete, command -> command.endsWith(ON_NODE), List.of(SSM + SHELL, SHELL), node);
    insert(
        complete,
        command -> command.contains("\"$RELEASE\""),
        List.of(asking(NEWEST_RELEASE, node)),
        node);
    return complete;
  }

  /** Inserts the first complete alternative before the first command that needs it. */
  private static void insert(
      List<String> commands,
      Predicate<String> needed,
      List<String> alternatives,
      NodeEvidence node) {
    commands.stream()
        .filter(needed)
        .findFirst()
        .ifPresent(
            first ->
                commands.add(
                    commands.indexOf(first),
                    alternatives.stream()
                        .map(command -> named(command, node))
                        .filter(command -> isComplete(command, node))
                        .findFirst()
                        .orElseThrow()));
  }

  /**
   * Key: a variable or file that a command uses. Value: the part of an earlier command that creates
   * it.
   */
  private static final Map<String, String> SOURCES =
      Map.of(
          "\"$ROLE\"",
          "ROLE=",
          "\"$ENIS\"",
          "ENIS=",
          "-f " + FILE_OF_ENICONFIG,
          "tee " + FILE_OF_ENICONFIG);

  /** Where an id is unknown from instance metadata, puts a command that asks Kubernetes for it. */
  private static String asking(String command, NodeEvidence node) {
    String asking = command;
    for (Map.Entry<String, String> label : BY_KUBERNETES.entrySet()) {
      if (ids(node).getOrDefault(label.getKey(), Optional.empty()).isEmpty()) {
        asking = asking.replace(label.getKey(), label.getValue());
      }
    }
    return asking;
  }

  private static final Map<String, String> BY_KUBERNETES =
      Map.of(
          THIS_INSTANCE,
          "\"$(kubectl get node "
              + THIS_NODE
              + " -o jsonpath='{.spec.providerID}' | sed 's|.*/||')\"",
          THIS_REGION,
          byLabel("region"),
          THIS_ZONE,
          byLabel("zone"));

  private static String byLabel(String name) {
    return "\"$(kubectl get node %s -o jsonpath='{.metadata.labels.topology\\.kubernetes\\.io/%s}')\""
        .formatted(THIS_NODE, name);
  }

  private static boolean isComplete(String command, NodeEvidence node) {
    return ids(node).keySet().stream().noneMatch(command::contains);
  }

  private static final Set<String> WITHOUT_ENICONFIG = Set.of(ADD_SUBNET, SET_GROUP_OF_PRIMARY_ENI);

  /**
   * With custom networking, new ENIs get the subnet and the groups of an ENIConfig. Without it,
   * they get those of the primary ENI.
   */
  private static boolean suits(String command, NodeEvidence node) {
    return node.snapshot().settings().isEmpty()
        || (node.customNetworking()
            ? !WITHOUT_ENICONFIG.contains(command)
            : !command.contains("eniconfig"));
  }

  /** The ids of the subnets, or a command that prints the ids. */
  private static String subnets(NodeEvidence node) {
    String known = String.join(",", node.subnetIds());
    return !PLAIN_WORD.matcher(known).matches()
        ? "\"$("
            + aws("ec2 describe-instances")
            + " --instance-ids "
            + THIS_INSTANCE
            + " --query 'Reservations[].Instances[].NetworkInterfaces[].SubnetId'"
            + " --output text | tr '\\t' ,)\""
        : known;
  }

  private static Map<String, Optional<String>> ids(NodeEvidence evidence) {
    NodeIdentity node = evidence.identity();
    Map<String, Optional<String>> ids = new LinkedHashMap<>();
    ids.put(THIS_NODE, Optional.of(node.nodeName()));
    ids.put(THIS_INSTANCE, node.instance().id());
    ids.put(THIS_CLUSTER, node.clusterId());
    ids.put(THIS_REGION, node.instanceRegion());
    ids.put(THIS_ZONE, node.instance().availabilityZone());
    ids.put(THIS_PARTITION, node.instanceRegion().map(Commands::partition));
    return ids;
  }

  private static String partition(String region) {
    if (region.startsWith("cn-")) {
      return "aws-cn";
    }
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }

  /** Quotes a word for the shell, if the word needs quotes. */
  static String quoted(String word) {
    return PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
