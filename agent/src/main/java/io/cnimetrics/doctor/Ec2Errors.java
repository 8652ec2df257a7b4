package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.IpamdError;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The errors that AWS returns to ipamD: one row for each cause, and one for all other codes.
 *
 * @param codes the codes of this row
 * @param title the title of present trouble
 * @param before the title if it happened, but perhaps not in the last minutes
 * @param never the title if it did not happen since ipamD started
 * @param cause what usually leads to it
 */
record Ec2Errors(
    CheckSpec spec,
    Predicate<String> codes,
    String title,
    String before,
    String never,
    String cause) {
  private static final String SUBNETS_OF_CLUSTER =
      "aws ec2 describe-subnets --region "
          + Commands.THIS_REGION
          + " --query 'Subnets[].[SubnetId,AvailableIpAddressCount,CidrBlock]' --output table";
  private static final String INSTANCE_GROUPS =
      "aws ec2 describe-instances --region "
          + Commands.THIS_REGION
          + " --instance-ids "
          + Commands.THIS_INSTANCE
          + " --query 'Reservations[].Instances[].NetworkInterfaces[].[NetworkInterfaceId,SubnetId,Groups[].GroupId]'"
          + " --output text";

  private static final List<Ec2Errors> ROWS =
      List.of(
          row(
              Cause.EC2_DENIES,
              "EC2 denied calls of ipamD",
              "EC2 denied no call of ipamD",
              "The role of aws-node (or the node's role, if aws-node has none) lacks"
                  + " AmazonEKS_CNI_Policy, or an organisation's policy forbids the call",
              "Attach AmazonEKS_CNI_Policy to that role. If the first command shows no role, attach"
                  + " the policy to the node's role. For IPv6 the role also needs"
                  + " ec2:AssignIpv6Addresses",
              Pages.ROLE,
              Commands.ROLE_OF_AWS_NODE,
              Commands.ATTACH_CNI_POLICY),
          row(
              Cause.NO_CREDENTIALS,
              "ipamD got no AWS credentials",
              "ipamD has AWS credentials",
              "The role of aws-node cannot be assumed: its trust policy, the cluster's OIDC"
                  + " provider, STS or instance metadata",
              "Check the role of aws-node and its trust policy",
              Pages.ROLE,
              Commands.ROLE_OF_AWS_NODE),
          row(
              Cause.SECURITY_GROUP,
              "The security group for new ENIs did not exist",
              "The security groups of new ENIs exist",
              "A security group was deleted that an ENIConfig or the node's primary ENI names",
              "With custom networking, name an existing group in the ENIConfig. Otherwise put an"
                  + " existing group on the node's primary ENI, or replace the node",
              Pages.CUSTOM_NETWORKING,
              Commands.ENICONFIGS,
              INSTANCE_GROUPS),
          row(
              Cause.SECURITY_GROUP_LIMIT,
              "New ENIs had too many security groups",
              "New ENIs have few enough security groups",
              "An ENI may have 5 security groups unless the account's quota was raised",
              "Remove groups from the ENIConfig or the node's primary ENI, or raise the quota"
                  + " \"Security groups per network interface\"",
              Pages.CUSTOM_NETWORKING,
              Commands.ENICONFIGS,
              INSTANCE_GROUPS),
          row(
              Cause.SUBNET_GONE,
              "The subnet for new ENIs did not exist",
              "The subnets of new ENIs exist",
              "A subnet was deleted that an ENIConfig names, or that subnet discovery found",
              "Name an existing subnet of this node's zone in the ENIConfig",
              Pages.CUSTOM_NETWORKING,
              Commands.ENICONFIGS,
              SUBNETS_OF_CLUSTER),
          row(
              Cause.NO_PREFIX_IN_SUBNET,
              "The subnet had no free /28",
              "EC2 had prefixes when ipamD asked",
              "Single addresses are scattered over the subnet: some are free, but not 16 in a row",
              "Reserve a block of the subnet for prefixes (aws ec2 create-subnet-cidr-reservation"
                  + " --reservation-type prefix), or use a new subnet for pods",
              Pages.PREFIXES,
              SUBNETS_OF_CLUSTER),
          row(
              Cause.NO_ADDRESS_IN_SUBNET,
              "The subnet had no free address",
              "EC2 had addresses when ipamD asked",
              "All addresses of the subnet are in use: by pods, warm pools of other nodes, load"
                  + " balancers",
              "Release unused addresses, add subnets for pods (tag kubernetes.io/role/cni=1), or"
                  + " use a secondary CIDR with custom networking. To free idle addresses at once,"
                  + " lower the warm targets",
              Pages.ADDRESS_USE,
              SUBNETS_OF_CLUSTER,
              Commands.setEnv("WARM_IP_TARGET=2 MINIMUM_IP_TARGET=5"),
              Commands.setAddOnEnv("WARM_IP_TARGET=2 MINIMUM_IP_TARGET=5")),
          row(
              Cause.ATTACHMENT_LIMIT,
              "ipamD attached more ENIs than the type permits",
              "ipamD respects the instance type's number of ENIs",
              "ipamD's table of limits is wrong for this type, or ENIs that ipamD does not manage"
                  + " take its slots",
              "Upgrade the VPC CNI, or set MAX_ENI to what EC2 permits, and lower the kubelet's"
                  + " max-pods to match",
              Pages.INSTANCE_TYPES,
              INSTANCE_GROUPS,
              Commands.UPGRADE_CNI),
          row(
              Cause.ENI_LIMIT,
              "ipamD requested more addresses than an ENI can hold",
              "ipamD respects the limits of its ENIs",
              "ipamD's table of limits is wrong for this type, or its list of the ENI's addresses"
                  + " differs from EC2's",
              "Restart ipamD, so that it reads its list again. If that does not help, upgrade the"
                  + " VPC CNI: its table does not correct itself",
              Pages.INSTANCE_TYPES,
              Commands.RESTART_AWS_NODE,
              Commands.UPGRADE_CNI),
          row(
              Cause.INTERFACE_QUOTA,
              "The account's quota of network interfaces was used up",
              "The account's quota of network interfaces suffices",
              "The account has as many network interfaces in this region as its quota permits",
              "Delete unattached interfaces, or raise the quota \"Network interfaces per Region\"",
              Pages.VPC_CNI,
              "aws ec2 describe-network-interfaces --region "
                  + Commands.THIS_REGION
                  + " --filters Name=status,Values=available --query"
                  + " 'NetworkInterfaces[].[NetworkInterfaceId,SubnetId,Description]' --output"
                  + " text",
              "aws service-quotas get-service-quota --region "
                  + Commands.THIS_REGION
                  + " --service-code vpc --quota-code L-DF5E4CA3"),
          row(
              Cause.OPT_IN,
              "The account was not allowed to use EC2 in this region",
              "The account may use EC2 in this region",
              "The region or the account is not enabled, or is still being verified",
              "Enable the region for the account, or wait for the verification",
              Pages.TROUBLESHOOTING,
              "aws account list-regions --region-opt-status-contains DISABLED ENABLING"),
          row(
              Cause.CLOCK,
              "EC2 rejected requests with a wrong time",
              "EC2 accepts the time of ipamD's requests",
              "The node's clock is wrong by more than 5 minutes, or the node was suspended",
              "Correct the node's clock: run this on the node",
              Pages.TIME,
              "chronyc tracking"),
          row(
              Cause.EC2_THROTTLES,
              "EC2 throttled ipamD",
              "EC2 did not throttle ipamD",
              "The account makes more calls than its limit allows: many nodes at once, a small"
                  + " WARM_IP_TARGET with short-lived pods, or another caller",
              "Reduce the calls: raise WARM_IP_TARGET or unset it, add nodes more slowly, find"
                  + " other callers in CloudTrail. Or request a higher limit for the account",
              Pages.THROTTLING,
              "aws cloudtrail lookup-events --region "
                  + Commands.THIS_REGION
                  + " --lookup-attributes AttributeKey=EventName,AttributeValue=CreateNetworkInterface"
                  + " --max-results 20 --query 'Events[].[EventTime,Username]' --output text"),
          row(
              Cause.UNREACHABLE,
              "ipamD did not reach AWS",
              "ipamD reaches AWS",
              "No route, endpoint, proxy or DNS leads from the node to EC2, or a connection broke",
              "A private subnet needs a NAT gateway or an interface endpoint for ec2 with private"
                  + " DNS, and a security group that allows the node on port 443",
              Pages.PRIVATE_CLUSTERS,
              "aws ec2 describe-vpc-endpoints --region "
                  + Commands.THIS_REGION
                  + " --query 'VpcEndpoints[].[ServiceName,State,PrivateDnsEnabled]' --output text"),
          row(
              Cause.FAULT,
              "EC2 had internal errors",
              "EC2 had no internal errors",
              "EC2 itself fails; ipamD repeats its calls",
              "Wait. If it lasts, see the AWS Health Dashboard and open a support case",
              Pages.TROUBLESHOOTING),
          new Ec2Errors(
              spec(
                      "ec2-other",
                      "all codes without a finding of their own",
                      "Look the code up in EC2's list of error codes; ipamD's log has the whole"
                          + " answer. Run this on the node",
                      "grep -E 'error|failed' /var/log/aws-routed-eni/ipamd.log | tail -20")
                  .see(Pages.EC2_ERRORS),
              code -> Cause.ofCode(code).isEmpty(),
              "AWS returns other errors to ipamD",
              "AWS returned other errors to ipamD",
              "AWS returned no other error to ipamD",
              "The code in the evidence is AWS's reason"));

  static List<Check> checks() {
    return ROWS.stream().map(row -> row.spec.check(row::finding)).toList();
  }

  private static Ec2Errors row(
      Cause error,
      String before,
      String never,
      String cause,
      String remedy,
      String page,
      String... commands) {
    String codes =
        error.ec2Codes().stream().sorted().map("`%s`"::formatted).collect(Collectors.joining(", "));
    return new Ec2Errors(
        spec(error.finding(), codes, remedy, commands).see(page),
        error.ec2Codes()::contains,
        error.title(),
        before,
        never,
        cause);
  }

  private static CheckSpec spec(String id, String codes, String remedy, String... commands) {
    return CheckSpec.of(
            id,
            "`awscni_aws_api_error_count`: " + codes,
            "fail if the count rises now and the pool is empty; warn if it rises now, or if that is"
                + " unknown; note if it rose before",
            remedy)
        .run(commands)
        .needs(METRICS);
  }

  /** Whether an error is an answer of EC2, and not one of instance metadata. */
  static final Predicate<IpamdError> IS_OF_EC2 =
      kind -> kind.family().equals(IpamdError.API_ERRORS) && !kind.isOfMetadata();

  static boolean isThrottled(String code) {
    return Cause.EC2_THROTTLES.ec2Codes().contains(code);
  }

  private Finding finding(NodeEvidence node) {
    Predicate<IpamdError> counted = IS_OF_EC2.and(kind -> codes.test(kind.code()));
    Trend trend = node.trend(counted);
    if (trend.total() == 0) {
      return spec.ok(never, "0 such errors");
    }
    double requests = node.total(MetricCatalog.EC2_API_REQ_COUNT);
    String evidence =
        node.counts(node.kinds(counted))
            + (requests > 0 ? "; ipamD made %.0f calls to EC2".formatted(requests) : "");
    boolean poolEmpty = PodAddresses.isEmptyWithRoom(node.last());
    if (trend.isRising() || (poolEmpty && !trend.known())) {
      Finding present =
          poolEmpty ? spec.fail(title, evidence, cause) : spec.warn(title, evidence, cause);
      return present.since(trend.since());
    }
    if (poolEmpty && delaysRetries() && !trend.seenFor(RecentIncrease.PRESENT)) {
      return spec.fail(before, evidence, cause);
    }
    return trend.judge(spec.warn(before, evidence, cause));
  }

  /** Whether ipamD waits two minutes after this answer of EC2. Two polls may show no increase. */
  private boolean delaysRetries() {
    return List.of(Cause.NO_ADDRESS_IN_SUBNET, Cause.NO_PREFIX_IN_SUBNET).stream()
        .anyMatch(each -> each.finding().equals(spec.id()));
  }
}
