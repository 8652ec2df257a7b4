package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.IpamdError;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The errors that AWS returns to ipamD: one row for each cause, and one for all other codes.
 *
 * @param codes the error codes of this row
 * @param title the title if ipamD gets these errors now
 * @param before the title if ipamD got these errors, but perhaps not in the last minutes
 * @param never the title if ipamD has not got these errors since its start
 * @param cause the usual cause of these errors
 */
record Ec2Errors(
    CheckSpec spec,
    Predicate<String> codes,
    String title,
    String before,
    String never,
    String cause) {
  static final String FORBIDDEN =
      "a service control policy or another policy denies the call: CloudTrail names this policy";

  private static final List<Ec2Errors> ROWS =
      List.of(
          row(
              Cause.EC2_DENIES,
              "EC2 denied calls of ipamD",
              "EC2 denied no call of ipamD",
              "The role of aws-node lacks AmazonEKS_CNI_Policy, or another policy forbids the call",
              "Attach AmazonEKS_CNI_Policy to the role. If the role has this policy, "
                  + FORBIDDEN
                  + ". If you changed the role of the service account, restart aws-node",
              Pages.ROLE,
              AwsCommands.ROLE_OF_AWS_NODE,
              AwsCommands.ATTACH_CNI_POLICY,
              AwsNodeCommands.RESTART),
          row(
              Cause.NO_CREDENTIALS,
              "ipamD got no AWS credentials",
              "ipamD has AWS credentials",
              "ipamD cannot assume the role of aws-node. The trust policy or the cluster's OIDC"
                  + " provider is wrong, or STS or instance metadata does not answer",
              "Check the role of aws-node and its trust policy",
              Pages.ROLE,
              AwsCommands.ROLE_OF_AWS_NODE,
              AwsCommands.TRUST_OF_ROLE),
          row(
              Cause.SECURITY_GROUP,
              "The security group for new ENIs did not exist",
              "The security groups of new ENIs exist",
              "An ENIConfig or the node's primary ENI names a security group that was deleted or"
                  + " belongs to another VPC",
              "With custom networking, put the id of an existing group of the subnet's VPC into the"
                  + " ENIConfig. Otherwise put an existing group on the node's primary ENI, or"
                  + " replace the node",
              Pages.CUSTOM_NETWORKING,
              EniCommands.ENICONFIGS,
              EniCommands.GROUPS_OF_INSTANCE,
              EniCommands.SET_GROUP_OF_ENICONFIG,
              EniCommands.SET_GROUP_OF_PRIMARY_ENI),
          row(
              Cause.SECURITY_GROUP_LIMIT,
              "New ENIs had too many security groups",
              "New ENIs have few enough security groups",
              "An ENI may have 5 security groups unless the account's quota was raised",
              "Remove groups from the ENIConfig or the node's primary ENI, or raise the quota"
                  + " \"Security groups per network interface\"",
              Pages.CUSTOM_NETWORKING,
              EniCommands.ENICONFIGS,
              EniCommands.GROUPS_OF_INSTANCE),
          row(
              Cause.SUBNET_GONE,
              "The subnet for new ENIs did not exist",
              "The subnets of new ENIs exist",
              "An ENIConfig names a deleted subnet, or subnet discovery found a deleted subnet",
              "With custom networking, name an existing subnet of this node's zone in the"
                  + " ENIConfig. Without it, ipamD searches for subnets again at its next attempt",
              Pages.CUSTOM_NETWORKING,
              EniCommands.ENICONFIGS,
              EniCommands.SUBNETS_OF_ZONE,
              EniCommands.SET_SUBNET_OF_ENICONFIG),
          row(
                  Cause.NO_PREFIX_IN_SUBNET,
                  "The subnet had no free /28",
                  "EC2 never refused ipamD a prefix",
                  "The subnet has no whole block of 16 free addresses. Single addresses can be"
                      + " free",
                  "Give pods one more subnet. Or, if only nodes use the subnet, reserve a block of"
                      + " this subnet for prefixes with create-subnet-cidr-reservation",
                  Pages.PREFIXES)
              .run(EniCommands.FREE_PREFIXES),
          row(
                  Cause.NO_ADDRESS_IN_SUBNET,
                  "The subnet had too few free addresses",
                  "EC2 never refused ipamD an address",
                  "Pods, warm pools and load balancers use nearly the whole subnet",
                  EniCommands.freeingAddresses(false),
                  Pages.ADDRESS_USE)
              .run(EniCommands.freeAddresses(Optional.of(SubnetAddresses.LOW_TARGETS))),
          row(
              Cause.ATTACHMENT_LIMIT,
              "ipamD attached more ENIs than the type permits",
              "ipamD respects the instance type's number of ENIs",
              "ipamD's table of limits is wrong for this type, or ENIs that ipamD does not manage"
                  + " use some of the instance's slots",
              "Upgrade the VPC CNI. Or set MAX_ENI to the number that EC2 permits, and lower the"
                  + " kubelet's max-pods to match",
              Pages.INSTANCE_TYPES,
              EniCommands.GROUPS_OF_INSTANCE,
              AwsNodeCommands.UPGRADE),
          row(
              Cause.ENI_LIMIT,
              "ipamD requested more addresses than an ENI can hold",
              "ipamD respects the limits of its ENIs",
              "ipamD's table of limits is wrong for this type, or ipamD's list of the ENI's"
                  + " addresses differs from EC2's list",
              "Restart aws-node: ipamD then reads the ENI's addresses from EC2 again. If the errors"
                  + " continue, upgrade the VPC CNI, because ipamD never corrects its table",
              Pages.INSTANCE_TYPES,
              AwsNodeCommands.RESTART,
              AwsNodeCommands.UPGRADE),
          row(
              Cause.INTERFACE_QUOTA,
              "The account's quota of network interfaces was used up",
              "The account's quota of network interfaces suffices",
              "The account has as many network interfaces in this region as its quota permits",
              "Delete unattached interfaces, or raise the quota \"Network interfaces per Region\"",
              Pages.VPC_CNI,
              EniCommands.UNATTACHED_ENIS,
              Command.of(
                  AwsCommands.aws("service-quotas get-service-quota")
                      + " --service-code vpc --quota-code L-DF5E4CA3"),
              EniCommands.DELETE_UNATTACHED_ENIS),
          row(
              Cause.OPT_IN,
              "The account was not allowed to use EC2 in this region",
              "The account may use EC2 in this region",
              "The region is not enabled for the account, or the account is blocked or still being"
                  + " verified",
              "Enable the region for the account, or wait for the verification. If the error is"
                  + " Blocked, ask AWS Support",
              Pages.TROUBLESHOOTING,
              Command.of(
                  "aws account list-regions --region-opt-status-contains DISABLED ENABLING")),
          row(
              Cause.CLOCK,
              "EC2 rejected requests as expired",
              "EC2 rejected no request as expired",
              "The node's clock is wrong by more than 5 minutes, the node was suspended, or the"
                  + " temporary credentials of ipamD have expired",
              "Check the node's time synchronisation, and correct the clock. If the clock is right,"
                  + " restart aws-node to get new credentials",
              Pages.TIME,
              NodeCommands.CLOCK,
              AwsNodeCommands.RESTART),
          row(
              Cause.EC2_THROTTLES,
              "EC2 throttled ipamD",
              "EC2 did not throttle ipamD",
              "The account makes more calls than its limit allows. Usual reasons are many new"
                  + " nodes, a small WARM_IP_TARGET with short-lived pods, or another caller",
              Ec2Remedies.slowingCallers("use prefixes"),
              Pages.THROTTLING,
              AwsCommands.CALLS_TO_EC2),
          row(
              Cause.UNREACHABLE,
              "ipamD did not reach AWS",
              "ipamD reaches AWS",
              "The node has no route, endpoint, proxy or DNS for EC2 or STS, or a connection broke",
              "A private subnet needs a NAT gateway, or interface endpoints with private DNS and a"
                  + " security group that allows the node on port 443: for ec2, and for sts or"
                  + " eks-auth if aws-node has a role of its own",
              Pages.PRIVATE_CLUSTERS,
              Command.of(
                  AwsCommands.aws("ec2 describe-vpc-endpoints")
                      + " --query 'VpcEndpoints[].[ServiceName,State,PrivateDnsEnabled]' --output"
                      + " text")),
          row(
              Cause.FAULT,
              "EC2 had internal errors",
              "EC2 had no internal errors",
              "EC2 itself fails; ipamD repeats its calls",
              "Wait, and watch. If the errors continue, see the AWS Health Dashboard, and open a"
                  + " support case",
              Pages.TROUBLESHOOTING,
              AgentCommands.doctor("--polls 5")),
          other(
              "AWS returns other errors to ipamD",
              "AWS returned other errors to ipamD",
              "The error code in the evidence is the reason that AWS gives",
              "Look up the code in EC2's list of error codes. ipamD's log contains the whole"
                  + " answer",
              NodeCommands.ERRORS_OF_IPAMD));

  /** The only known reason why a call that attaches an ENI fails with this code. */
  private static final Ec2Errors WRONG_ZONE =
      other(
          "New ENIs are in another zone than the node",
          "New ENIs were in another zone than the node",
          "EC2 attaches an ENI only to a node of the same zone. The ENIConfig that this node uses"
              + " names a subnet of another zone",
          "In the ENIConfig, name a subnet that describe-subnets lists: these subnets are in this"
              + " node's zone. If nodes of several zones use the ENIConfig, create one ENIConfig"
              + " for each zone",
          EniCommands.SUBNETS_OF_ZONE,
          EniCommands.ENICONFIGS,
          EniCommands.SET_SUBNET_OF_ENICONFIG);

  private static final Ec2Errors REJECTED =
      other(
          "EC2 rejects the subnet or the security groups of new ENIs",
          "EC2 rejected the subnet or the security groups of new ENIs",
          "The subnet has too few free addresses or prefixes, a security group belongs to another"
              + " VPC or account than the subnet, the ENIConfig has an empty security group, or the"
              + " ENI has more security groups than the account's quota permits",
          "Find the reason in ipamD's log. Then compare the subnets and the security groups",
          NodeCommands.ERRORS_OF_IPAMD,
          EniCommands.SUBNETS_OF_ZONE,
          EniCommands.ENICONFIGS,
          EniCommands.GROUPS_OF_INSTANCE);

  /** The only known reason why a call that attaches an ENI fails with InvalidParameterValue. */
  private static final Ec2Errors INDEX_IN_USE =
      other(
          "Another ENI has the device index of new ENIs",
          "Another ENI had the device index of new ENIs",
          "EC2 already has an ENI at the device index that ipamD chose. Another program attaches"
              + " ENIs to the instance, or EC2 has not finished detaching an ENI",
          "Compare the ENIs of the instance with ipamD's log. If another program attaches ENIs,"
              + " stop it. If the errors continue, replace the node",
          PodCommands.replaceNode(NodeCommands.ERRORS_OF_IPAMD, EniCommands.ENIS_OF_INSTANCE)
              .toArray(Command[]::new));

  /**
   * For a full subnet EC2 does not always use a code of its own.
   *
   * @see <a href="https://github.com/cilium/cilium/pull/31016">AWS about this code</a>
   */
  private static final Ec2Errors NO_ROOM =
      other(
          "EC2 rejects new addresses on an ENI",
          "EC2 rejected new addresses on an ENI",
          "Usually the subnet has too few free addresses or prefixes",
          "Find the reason in ipamD's log. Then compare the free addresses of the subnets",
          NodeCommands.ERRORS_OF_IPAMD,
          EniCommands.SUBNETS_OF_ZONE);

  private static final Ec2Errors TAGS =
      other(
          "EC2 rejects the tags of new ENIs",
          "EC2 rejected the tags of new ENIs",
          "ADDITIONAL_ENI_TAGS of aws-node has an invalid tag or more than 50 tags, or a tag policy"
              + " of the organization forbids a tag",
          "Correct ADDITIONAL_ENI_TAGS. ipamD's log names the tag",
          AwsNodeCommands.settingsLike("ADDITIONAL_ENI_TAGS"),
          NodeCommands.ERRORS_OF_IPAMD);

  /**
   * Creates a row for codes without a known cause: for all of them, or for some with a more exact
   * cause.
   */
  private static Ec2Errors other(
      String title, String before, String cause, String remedy, Command... commands) {
    return new Ec2Errors(
        spec(CheckId.EC2_OTHER, "all codes without a finding of their own", remedy, commands)
            .see(Pages.EC2_ERRORS),
        code -> Cause.ofCode(code).isEmpty(),
        title,
        before,
        "AWS returned no other error to ipamD",
        cause);
  }

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
      Command... commands) {
    String codes =
        error.ec2Codes().stream().sorted().map("`%s`"::formatted).collect(Collectors.joining(", "));
    return new Ec2Errors(
        spec(CheckId.of(error), codes, remedy, commands).see(page),
        error.ec2Codes()::contains,
        error.title(),
        before,
        never,
        cause);
  }

  private Ec2Errors run(List<Command> commands) {
    return new Ec2Errors(spec.run(commands), codes, title, before, never, cause);
  }

  private static CheckSpec spec(CheckId id, String codes, String remedy, Command... commands) {
    return CheckSpec.of(
            id,
            "`awscni_aws_api_error_count`: " + codes,
            "fail if the count rises now and the pool is empty; warn if the count rises or may be"
                + " rising now; note if the count rose before",
            remedy)
        .run(commands)
        .needs(METRICS);
  }

  private Predicate<IpamdError> counted() {
    return Ec2Calls.IS_ANSWER.and(kind -> codes.test(kind.code()));
  }

  private Finding finding(NodeEvidence node) {
    Predicate<IpamdError> counted = counted();
    Trend trend = node.trend(counted);
    if (spec.id() == CheckId.EC2_UNREACHABLE && Ec2Calls.failWithoutAnswer(node)) {
      return withoutAnswer(node);
    } else if (trend.total() == 0) {
      return spec.ok(never, "0 such errors");
    }
    Optional<Finding> ofPrefix = Ipv6Prefix.answer(node, spec, cause);
    if (ofPrefix.isPresent()) {
      return ofPrefix.get();
    }
    String evidence =
        node.counts(node.kinds(counted)) + (isOfSubnet() ? subnets(node) : calls(node));
    if (!trend.mayRise()
        || node.kinds(counted).stream().anyMatch(kind -> needsAnswer(node, kind))) {
      List<IpamdError> kinds = presentKinds(node, counted);
      Ec2Errors row = kinds.stream().flatMap(Ec2Errors::exact).findFirst().orElse(this);
      return Ec2Remedies.of(node, kinds, row.judged(node, trend, evidence));
    }
    return spec.note(
        "AWS returns errors while ipamD releases addresses or ENIs",
        evidence,
        "ipamD tries again. Pods do not need these calls to start");
  }

  /** The kinds of errors that rise now, or all kinds if none rises. */
  private static List<IpamdError> presentKinds(NodeEvidence node, Predicate<IpamdError> counted) {
    List<IpamdError> rising = node.kinds(counted.and(kind -> node.trend(kind).isRising()));
    return rising.isEmpty() ? node.kinds(counted) : rising;
  }

  private static String calls(NodeEvidence node) {
    double requests = node.total(MetricCatalog.EC2_API_REQ_COUNT);
    return requests > 0 ? "; ipamD made %.0f calls to EC2".formatted(requests) : "";
  }

  private static String subnets(NodeEvidence node) {
    Set<String> ids = node.subnetIds();
    return ids.isEmpty() ? "" : "; the node's ENIs are in " + String.join(", ", ids);
  }

  /** Returns a more exact row if the call and the code together show the reason. */
  private static Stream<Ec2Errors> exact(IpamdError kind) {
    return switch (kind.toString()) {
      case "AttachNetworkInterface InvalidParameterCombination" -> Stream.of(WRONG_ZONE);
      case "AttachNetworkInterface InvalidParameterValue" -> Stream.of(INDEX_IN_USE);
      case "CreateNetworkInterface InvalidParameterValue" -> Stream.of(REJECTED);
      case "AssignPrivateIpAddresses InvalidParameterValue" -> Stream.of(NO_ROOM);
      default ->
          kind.code().contains("Tag") && !kind.code().equals("ConcurrentTagAccess")
              ? Stream.of(TAGS)
              : Stream.of();
    };
  }

  private static final Set<String> RELEASES =
      Set.of(
          "DeleteNetworkInterface",
          "DetachNetworkInterface",
          "UnassignPrivateIpAddresses",
          "UnassignIpv6Addresses");

  /**
   * Whether pods perhaps need the failed call. A failed release of addresses counts only if its
   * cause is known, because this cause also makes other calls fail.
   */
  private static boolean needsAnswer(NodeEvidence node, IpamdError kind) {
    return node.trend(kind).mayRise()
        && (!RELEASES.contains(kind.action()) || Cause.ofCode(kind.code()).isPresent());
  }

  private Finding judged(NodeEvidence node, Trend trend, String evidence) {
    boolean poolEmpty = node.last().isEmptyWithRoom() && !isOnlyOptional(node, trend);
    if (trend.isRising() || (poolEmpty && !trend.known())) {
      return spec.fail(title, evidence, cause)
          .at(poolEmpty ? Level.FAIL : Level.WARN)
          .since(trend.since());
    }
    if (poolEmpty && isOfSubnet() && !trend.seenFor(RecentIncrease.PRESENT)) {
      return spec.fail(before, evidence, cause);
    }
    return trend.judge(spec.warn(before, evidence, cause));
  }

  /**
   * Whether ipamD works without the calls of this row, while another call that pods need fails now.
   */
  private boolean isOnlyOptional(NodeEvidence node, Trend trend) {
    return node.kinds(counted()).stream().allMatch(IpamdError::isOptional)
        && node.kinds(Ec2Calls.IS_ANSWER).stream()
            .anyMatch(
                kind ->
                    !kind.isOptional()
                        && isPresent(node.trend(kind), trend)
                        && needsAnswer(node, kind));
  }

  /**
   * Whether errors rise. If this is unknown, whether there are at least half as many as other
   * errors.
   */
  private static boolean isPresent(Trend errors, Trend others) {
    return errors.isRising() || (!errors.known() && 2 * errors.total() >= others.total());
  }

  private Finding withoutAnswer(NodeEvidence node) {
    Trend failed = node.trend(MetricCatalog.EC2_API_ERR_COUNT);
    String evidence = "failed calls to EC2: %s; EC2 returned no error code".formatted(failed);
    String causes = cause + ". Or ipamD cannot load its credentials";
    return spec.fail(title, evidence, causes)
        .at(node.last().isEmptyWithRoom() ? Level.FAIL : Level.WARN)
        .since(failed.since())
        .remedied(
            "ipamD's log names the endpoint or the credentials that failed. " + spec.remedy(),
            Command.join(List.of(NodeCommands.ERRORS_OF_IPAMD), spec.advice().commands()));
  }

  /**
   * ipamD waits two minutes after such an error, so two polls perhaps show no increase of the
   * count.
   */
  private boolean isOfSubnet() {
    return CAUSES_OF_SUBNET.stream().anyMatch(each -> CheckId.of(each) == spec.id());
  }

  private static final List<Cause> CAUSES_OF_SUBNET =
      List.of(Cause.NO_ADDRESS_IN_SUBNET, Cause.NO_PREFIX_IN_SUBNET);

  static final Predicate<IpamdError> OF_SUBNET =
      Ec2Calls.IS_ANSWER.and(
          kind -> Cause.ofCode(kind.code()).filter(CAUSES_OF_SUBNET::contains).isPresent());
}
