package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.AwsCommands.aws;
import static io.cnimetrics.doctor.AwsCommands.ofInstance;
import static io.cnimetrics.doctor.Command.EVERY_NODE;
import static io.cnimetrics.doctor.Placeholder.CLUSTER;
import static io.cnimetrics.doctor.Placeholder.INSTANCE_ID;
import static io.cnimetrics.doctor.Placeholder.SUBNETS;
import static io.cnimetrics.doctor.Placeholder.ZONE;

import java.util.List;
import java.util.Optional;

/** Commands about ENIs, their subnets and their security groups. */
final class EniCommands {
  private EniCommands() {}

  private static final String DESCRIBE_ENIS = aws("ec2 describe-network-interfaces");

  static final Command ENIS_OF_INSTANCE =
      Command.of(
          DESCRIBE_ENIS
              + " --filters Name=attachment.instance-id,Values="
              + INSTANCE_ID
              + " --query"
              + " 'NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,Attachment.DeviceIndex,SubnetId,Description]'"
              + " --output table");

  /** The number of ENIs that EC2 has attached. */
  static final Command ENI_COUNT =
      Command.of(ofInstance("length(NetworkInterfaces)") + " --output text");

  static final Command GROUPS_OF_INSTANCE =
      Command.of(
          ofInstance("NetworkInterfaces[].[NetworkInterfaceId,SubnetId,Groups[].GroupId]")
              + " --output text");

  static final Command SET_GROUP_OF_PRIMARY_ENI =
      Command.of(
              aws("ec2 modify-network-interface-attribute")
                  + " --network-interface-id \"$("
                  + DESCRIBE_ENIS
                  + " --filters Name=attachment.device-index,Values=0"
                  + " Name=attachment.instance-id,Values="
                  + INSTANCE_ID
                  + " --query 'NetworkInterfaces[0].NetworkInterfaceId' --output text)\""
                  + " --groups $(echo \"$SGS\")")
          .noted(
              "replaces all groups of the primary ENI; first set SGS to all groups, with blanks"
                  + " between them");

  /** The subnets of this node's VPC and zone with their free addresses. */
  static final Command SUBNETS_OF_ZONE =
      Command.of(
          subnets("AvailableIpAddressCount,CidrBlock,MapPublicIpOnLaunch") + " --output table");

  static final Command IPV6_OF_SUBNETS =
      Command.of(subnets("Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock") + " --output text");

  private static String subnets(String fields) {
    return aws("ec2 describe-subnets")
        + " --filters Name=availability-zone,Values="
        + ZONE
        + " Name=vpc-id,Values=\"$("
        + ofInstance("VpcId")
        + " --output text)\" --query 'Subnets[].[SubnetId,%s]'".formatted(fields);
  }

  /** With the value 0, this tag of a subnet forbids pods in the subnet. */
  static final String POD_TAG = "kubernetes.io/role/cni";

  /** Allows ipamD to use a subnet for pods. */
  static Command allowPodsIn(String subnet) {
    return Command.of(
            aws("ec2 delete-tags")
                + " --resources "
                + Command.quoted(subnet)
                + " --tags Key="
                + POD_TAG)
        .noted(EVERY_NODE + " in that subnet; someone may have set the tag on purpose");
  }

  /**
   * Allows ipamD to use one more subnet. A person must choose the subnet, because it can be public.
   */
  static final Command ADD_SUBNET =
      Command.of(
              aws("ec2 create-tags")
                  + " --tags Key="
                  + POD_TAG
                  + ",Value=1 --resources \"$SUBNET\"")
          .noted(
              EVERY_NODE
                  + " of the VPC; first set SUBNET to a subnet with many free addresses and False"
                  + " in the last column (not public)");

  /** Counts the used addresses of this node's subnets by /24. */
  private static final Command USED_BLOCKS =
      Command.of(
              DESCRIBE_ENIS
                  + " --filters Name=subnet-id,Values="
                  + SUBNETS
                  + " --query 'NetworkInterfaces[].[PrivateIpAddresses[].PrivateIpAddress,"
                  + "Ipv4Prefixes[].Ipv4Prefix][]' --output text"
                  + " | tr '\\t' '\\n'"
                  + " | awk -F '[./]' 'NF > 3 {n[$1\".\"$2\".\"$3] += NF > 4 ? 16 : 1}"
                  + " END {for (b in n) print n[b], b}'")
          .noted("counts the used addresses of each /24");

  private static final Command RESERVE_FOR_PREFIXES =
      Command.of(
              aws("ec2 create-subnet-cidr-reservation")
                  + " --subnet-id \"$SUBNET\" --cidr \"$CIDR\" --reservation-type prefix")
          .noted(
              "changes the whole subnet; first set SUBNET, and CIDR to a block with few used"
                  + " addresses");

  /**
   * Lists the interfaces of the VPC CNI that no instance uses, such as interfaces of deleted nodes.
   * ipamD tags its interfaces with the cluster only if aws-node sets CLUSTER_NAME. The list
   * contains interfaces with the tag of this cluster and interfaces without this tag.
   */
  static final Command UNATTACHED_ENIS = unattached("");

  private static Command unattached(String filter) {
    return Command.of(
        "ENIS=\"$("
            + DESCRIBE_ENIS
            + " --filters Name=status,Values=available"
            + filter
            + " Name=description,Values='aws-K8S-*' --query"
            + " 'NetworkInterfaces[?TagSet[?Key==`\"cluster.k8s.amazonaws.com/name\"` &&"
            + " Value!=`\"'"
            + CLUSTER
            + "'\"`]==`[]`].[NetworkInterfaceId,SubnetId,Description]' --output"
            + " text)\"; echo \"$ENIS\"");
  }

  /** The listed interfaces can include a new one that ipamD has not attached yet. */
  static final Command DELETE_UNATTACHED_ENIS =
      Command.of(
              "echo \"$ENIS\" | cut -f 1 | xargs -r -n 1 "
                  + aws("ec2 delete-network-interface")
                  + " --network-interface-id")
          .noted("deletes the listed interfaces, which no instance uses");

  static final Command ENICONFIGS =
      Command.of(
          "kubectl get eniconfigs -o"
              + " custom-columns=NAME:.metadata.name,SUBNET:.spec.subnet,GROUPS:.spec.securityGroups");

  private static final String FILE_OF_ENICONFIG = "eniconfig.json";
  private static final String NODES_OF_ENICONFIG = EVERY_NODE + " that uses this ENIConfig";

  /** Writes a file with an ENIConfig. It has the subnet and the security groups of this ENI. */
  static Command eniConfigLike(String eni, String name) {
    return Command.of(
            DESCRIBE_ENIS
                + " --network-interface-ids %s --output json --query '"
                    .formatted(Command.quoted(eni))
                + "{apiVersion:`\"crd.k8s.amazonaws.com/v1alpha1\"`,kind:`\"ENIConfig\"`,"
                + "metadata:{name:`\"%s\"`},spec:{subnet:NetworkInterfaces[0].SubnetId,"
                    .formatted(name)
                + "securityGroups:NetworkInterfaces[0].Groups[].GroupId}}' | tee "
                + FILE_OF_ENICONFIG)
        .noted("writes " + FILE_OF_ENICONFIG + " with the subnet and the groups of that ENI");
  }

  static final Command CREATE_ENICONFIG =
      Command.of("kubectl apply -f " + FILE_OF_ENICONFIG).noted(NODES_OF_ENICONFIG);

  static final Command SET_SUBNET_OF_ENICONFIG =
      Command.of(
              "test -n \"$SUBNET\" && kubectl patch eniconfig \"$NAME\" --type merge -p"
                  + " '{\"spec\":{\"subnet\":\"'\"$SUBNET\"'\"}}'")
          .noted(NODES_OF_ENICONFIG + "; first set NAME and SUBNET");

  static final Command SET_GROUP_OF_ENICONFIG =
      Command.of(
              "test -n \"$SG\" && kubectl patch eniconfig \"$NAME\" --type merge"
                  + " -p '{\"spec\":{\"securityGroups\":[\"'\"$SG\"'\"]}}'")
          .noted(NODES_OF_ENICONFIG + "; first set NAME and SG");

  /**
   * Gives ipamD free prefixes, from another subnet or from a reserved block of the present subnet.
   */
  static final List<Command> FREE_PREFIXES =
      List.of(
          SUBNETS_OF_ZONE, USED_BLOCKS, ADD_SUBNET, SET_SUBNET_OF_ENICONFIG, RESERVE_FOR_PREFIXES);

  /**
   * What to do if the subnets of this node's ENIs have too few free addresses.
   *
   * @param lowTargets whether the warm targets are low already
   */
  static String freeingAddresses(boolean lowTargets) {
    return "Delete unattached interfaces"
        + (lowTargets ? "" : ", and lower the warm targets, so that ipamD releases idle addresses")
        + ". If doctor still fails after some minutes, give pods one more subnet";
  }

  /**
   * The commands for {@link #freeingAddresses}.
   *
   * @param targets the assignments of lower warm targets; empty if the targets are low already
   */
  static List<Command> freeAddresses(Optional<String> targets) {
    return Command.join(
        List.of(SUBNETS_OF_ZONE, unattached(" Name=subnet-id,Values=" + SUBNETS)),
        targets.map(AwsNodeCommands::present).stream()
            .map(
                present ->
                    present.noted("prints the present value; no output means that no value is set"))
            .toList(),
        List.of(DELETE_UNATTACHED_ENIS),
        targets.map(AwsNodeCommands::setting).orElse(List.of()),
        List.of(ADD_SUBNET, SET_SUBNET_OF_ENICONFIG));
  }
}
