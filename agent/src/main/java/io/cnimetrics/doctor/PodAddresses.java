package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.MAXIMUM;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import java.util.List;
import java.util.OptionalLong;

/** Checks that the pool has addresses for pods. */
final class PodAddresses {
  private PodAddresses() {}

  static List<Check> checks() {
    return List.of(
        NO_ADDRESSES.check(PodAddresses::noAddresses), WARM_POOL.check(PodAddresses::warmPool));
  }

  private static final CheckSpec NO_ADDRESSES =
      CheckSpec.of(
              CheckId.NO_ADDRESSES,
              "the number of addresses in `/v1/enis`",
              "fail if the ENIs have no address, or if each of several polls shows no ENI; warn if"
                  + " a single poll shows no ENI, or if ipamD released all addresses and no pod is"
                  + " refused",
              "Find out from ipamD's log on the node why ipamD gets no address. Then restart"
                  + " aws-node")
          .run(NodeCommands.ERRORS_OF_IPAMD, AwsNodeCommands.RESTART)
          .needs(POOL, IPV4)
          .see(Pages.TROUBLESHOOTING);

  private static Finding noAddresses(NodeEvidence node) {
    AddressPool pool = node.pool();
    String evidence = EvidenceText.of(pool);
    if (pool.totalIpv4() > 0) {
      return NO_ADDRESSES.ok("The node has addresses for pods", evidence);
    }
    boolean justStarted = pool.eniCount() == 0 && !node.lasts(PodAddresses::hasNoEni);
    if (allExcluded(node)) {
      return withoutSubnet(
          node, NO_ADDRESSES.fail("The node has no address for pods", evidence, ""));
    }
    if (hasReleasedAll(node)) {
      return NO_ADDRESSES
          .warn(
              "ipamD has released all of its addresses",
              evidence,
              "No pod holds an address. If all warm targets are 0, ipamD attaches an ENI and"
                  + " detaches it again and again, and the first new pod waits")
          .remedied(
              "If all warm targets are 0, set one. Otherwise ipamD's log shows why ipamD released"
                  + " the addresses",
              AwsNodeCommands.setting(
                  "WARM_ENI_TARGET=1",
                  AwsNodeCommands.settingsLike("_TARGET"),
                  NodeCommands.ERRORS_OF_IPAMD));
    }
    if (justStarted) {
      return NO_ADDRESSES
          .warn("ipamD has no ENI yet", evidence, "ipamD has just started")
          .remedied("Poll twice", AgentCommands.doctor("--polls 2"));
    }
    Finding none =
        NO_ADDRESSES.fail(
            "The node has no address for pods",
            evidence,
            (failsAtEc2(node)
                    ? "EC2 assigns no address because the role of aws-node lacks permissions or the"
                        + " subnet is empty. Or"
                    : "EC2 returned no error. Perhaps ipamD finds no subnet or security group for a"
                        + " new ENI, or")
                + " custom networking finds no ENIConfig");
    return !failsAtEc2(node) && (node.justStarted() || Ec2Calls.mayAddAddresses(node))
        ? none.causedBy("ipamD is adding addresses, and has none yet")
            .remedied(
                "Poll again, and check whether the node gets addresses. If not, read ipamD's log",
                AgentCommands.doctor("--polls 3"),
                NodeCommands.ERRORS_OF_IPAMD)
        : none;
  }

  /** Whether a call to EC2 has failed since ipamD started, or has perhaps failed. */
  private static boolean failsAtEc2(NodeEvidence node) {
    return node.snapshot().metrics().isEmpty()
        || node.trend(Ec2Calls.IS_ANSWER).total() > 0
        || node.total(MetricCatalog.EC2_API_ERR_COUNT) > 0;
  }

  /** Whether the node has ENIs, and a tag excludes the subnet of each ENI. */
  private static boolean allExcluded(NodeEvidence node) {
    return node.pool().eniCount() > 0 && node.pool().enis().stream().allMatch(Eni::excluded);
  }

  private static Finding withoutSubnet(NodeEvidence node, Finding empty) {
    return empty
        .causedBy(
            "The tag %s=0 forbids pods in the subnet of the node, and ipamD has no ENI in another"
                    .formatted(EniCommands.POD_TAG)
                + " subnet. Perhaps no subnet of this zone has the tag with the value 1")
        .remedied(
            "Allow pods in a subnet of this zone with create-tags. Or, if pods may use the node's"
                + " own subnet, remove the tag with delete-tags",
            Command.join(
                NodeSetup.allowPods(node, EniCommands.SUBNETS_OF_ZONE),
                List.of(EniCommands.ADD_SUBNET)));
  }

  /** Whether ipamD had addresses, and released them while no pod needed one. */
  private static boolean hasReleasedAll(NodeEvidence node) {
    return node.pool().totalIpv4() == 0
        && (Ec2Calls.hasDetached(node)
            || !node.polls().stream().allMatch(PodAddresses::hasNoAddress))
        && !RefusedPods.refusesPods(node);
  }

  private static boolean hasNoAddress(Poll poll) {
    return poll.snapshot().pool().filter(pool -> pool.totalIpv4() > 0).isEmpty();
  }

  private static boolean hasNoEni(Poll poll) {
    return poll.snapshot().pool().filter(pool -> pool.eniCount() == 0).isPresent();
  }

  private static final CheckSpec WARM_POOL =
      CheckSpec.of(
              CheckId.WARM_POOL,
              "available addresses, and the effective maximum",
              "fail if each of several polls shows no available and no cooling address although"
                  + " the pool can grow, or because addresses of the other kind take all slots of"
                  + " the ENIs; warn if only the last poll shows no available address",
              "Poll again, and check whether the pool fills. If the pool does not fill, read"
                  + " ipamD's log")
          .run(AgentCommands.doctor("--polls 3"), NodeCommands.ERRORS_OF_IPAMD)
          .needs(POOL, IPV4, MAXIMUM)
          .see(Pages.VPC_CNI);

  private static Finding warmPool(NodeEvidence node) {
    CardCapacity card = node.capacity().scarcest().orElseThrow();
    String evidence =
        "%s%d of %d addresses are available; effective maximum: %s"
            .formatted(
                node.nameOf(card),
                card.available(),
                card.pool().orElseThrow().totalIpv4(),
                node.maximum().orElseThrow().explanation());
    if (node.last().isEmptyForLackOfSlots() && !node.last().allFreeAddressesCool()) {
      return withoutSlot(node, evidence);
    } else if (!node.last().isEmptyWithRoom()) {
      return WARM_POOL.ok(
          node.available() > 0 ? "Addresses are available" : "The pool cannot grow", evidence);
    }
    String lasting = "The warm pool stays empty although it may grow";
    if (node.showsTrend() && allExcluded(node)) {
      return withoutSubnet(node, WARM_POOL.fail(lasting, evidence, ""));
    }
    boolean lasts =
        node.lasts(poll -> poll.isEmptyWithRoom() && !poll.allFreeAddressesCool())
            && !hasReleasedAll(node);
    if (lasts && node.poolHasGrown()) {
      return growsTooSlowly(node, evidence);
    } else if (lasts && countsTooManyEnis(node)) {
      return WARM_POOL
          .fail(
              lasting,
              evidence,
              "ipamD's limit of ENIs is 0 or less, so ipamD attaches no more. Up to release 1.16.3"
                  + " ipamD subtracts the ENIs of other network cards, such as EFA interfaces, from"
                  + " the limit of the first card")
          .remedied(
              "Upgrade the VPC CNI. If the limit stays below 1, the ENIs that ipamD does not manage"
                  + " leave no slot for pods",
              EniCommands.ENIS_OF_INSTANCE,
              AwsNodeCommands.UPGRADE);
    } else if (lasts && requestsNothing(node) && !node.justStarted()) {
      // Without WARM_IP_TARGET ipamD never requests more than MINIMUM_IP_TARGET, if that is set.
      boolean minimum = node.warmIpTarget().orElse(0) == 0;
      return WARM_POOL
          .fail(
              lasting,
              evidence,
              "ipamD does not request more addresses from EC2. Perhaps "
                  + (minimum ? "MINIMUM_IP_TARGET is set without WARM_IP_TARGET, or " : "")
                  + "the node is cordoned, or DISABLE_NETWORK_RESOURCE_PROVISIONING is true"
                  + CniReleases.miscount(node)
                      .map(", or the node has or had an unmanaged ENI. "::concat)
                      .orElse(""))
          .remedied(
              (minimum
                      ? "If MINIMUM_IP_TARGET is set and WARM_IP_TARGET is not, set WARM_IP_TARGET."
                          + " Otherwise read"
                      : "Read")
                  + " ipamD's log, and restart aws-node. If this happens again, upgrade the VPC"
                  + " CNI",
              PodCommands.IS_CORDONED,
              AwsNodeCommands.settingsLike("-E '_TARGET|PROVISIONING'"),
              NodeCommands.ERRORS_OF_IPAMD,
              AwsNodeCommands.RESTART,
              AwsNodeCommands.UPGRADE);
    }
    return lasts
        ? doesNotGrow(node, WARM_POOL.fail(lasting, evidence, NO_GROWTH))
        : WARM_POOL.warn(
            Cause.WARM_POOL_EMPTY.title() + " below the node's maximum",
            evidence,
            node.last().isPoolChanging()
                ? "ipamD is changing its pool. If the change lasts: " + Ec2Calls.HANG
                : "The warm targets are too low for the number of new pods, or EC2 assigns no more"
                    + " addresses");
  }

  private static final String NO_GROWTH =
      "EC2 assigns no more addresses, or ipamD does not request more addresses";

  private static Finding doesNotGrow(NodeEvidence node, Finding lasting) {
    if (node.snapshot().metrics().isEmpty()) {
      return lasting;
    }
    Finding counted = IpamdErrors.whyPoolDoesNotGrow(node).map(lasting::causedBy).orElse(lasting);
    return IpamdErrors.losesNewEnis(node)
        ? counted.remedied(
            "Compare EC2's list of the instance's ENIs with ipamD's log. Restart aws-node, because"
                + " ipamD reads all attached ENIs when it starts. If new ENIs still do not reach"
                + " the pool, replace the node",
            PodCommands.replaceNode(
                NodeCommands.ERRORS_OF_IPAMD,
                EniCommands.ENIS_OF_INSTANCE,
                AwsNodeCommands.RESTART))
        : counted;
  }

  private static Finding withoutSlot(NodeEvidence node, String evidence) {
    boolean prefixes = node.mode() == AddressMode.PREFIX;
    return WARM_POOL
        .fail(
            prefixes
                ? "Single addresses leave no slot for a prefix"
                : "Prefixes leave no slot for a single address",
            evidence,
            prefixes
                ? "Prefixes were switched on while the node ran. The earlier single addresses take"
                    + " all slots of the ENIs, and new pods get only addresses of prefixes"
                : "Prefixes were switched off while the node ran. The earlier prefixes take all"
                    + " slots of the ENIs, and new pods get only single addresses")
        .at(node.lasts(Poll::isEmptyForLackOfSlots) ? Level.FAIL : Level.WARN)
        .remedied(
            "Replace the node, and then the other nodes of its group", PodCommands.replaceNode());
  }

  private static Finding growsTooSlowly(NodeEvidence node, String evidence) {
    return WARM_POOL
        .fail(
            "The pool grows too slowly for the new pods",
            evidence,
            "Pods start faster than ipamD adds addresses, because the warm targets are too low")
        .remedied(
            "Poll again, and check whether the pool catches up. If this happens often, raise the"
                + " warm targets",
            AwsNodeCommands.setting(
                higherTargets(node),
                AgentCommands.doctor("--polls 3"),
                AwsNodeCommands.settingsLike("_TARGET")));
  }

  /**
   * A warm target that is higher than the node's target. Without WARM_IP_TARGET ipamD keeps a whole
   * ENI or prefix free, and setting WARM_IP_TARGET could reduce the number of free addresses. Then
   * the method returns another variable.
   */
  static String higherTargets(NodeEvidence node) {
    if (node.warmIpTarget().equals(OptionalLong.of(0))) {
      return node.mode() == AddressMode.PREFIX ? "WARM_PREFIX_TARGET=2" : "WARM_ENI_TARGET=2";
    }
    return "WARM_IP_TARGET=%d"
        .formatted(Math.max(2 * WARM_STEP, 2 * node.warmIpTarget().orElse(0)));
  }

  /**
   * Whether ipamD perhaps subtracts so many ENIs that its limit is 0 or negative. Since release
   * 1.16.4 ipamD does not subtract the ENIs of other network cards.
   */
  private static boolean countsTooManyEnis(NodeEvidence node) {
    return node.snapshot().metrics().isPresent()
        && node.gauge(MetricCatalog.ENI_MAX_AVAILABLE).orElse(1) <= 0
        && CniReleases.mayBeBefore(node, "1.16.4");
  }

  private static boolean requestsNothing(NodeEvidence node) {
    if (node.snapshot().metrics().isEmpty()) {
      return false;
    }
    Trend requests = node.trend(MetricCatalog.EC2_API_REQ_COUNT);
    return requests.total() > 0
        && requests.known()
        && !requests.isRising()
        && !node.last().isPoolChanging();
  }

  /** Advised warm targets are rounded to multiples of this number. */
  static final long WARM_STEP = 5;
}
