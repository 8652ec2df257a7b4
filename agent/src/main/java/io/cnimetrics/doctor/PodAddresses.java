package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.MAXIMUM;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Checks that pods get addresses. */
final class PodAddresses {
  private PodAddresses() {}

  static List<Check> checks() {
    return List.of(
        NO_ADDRESSES.check(PodAddresses::noAddresses),
        WARM_POOL.check(PodAddresses::warmPool),
        REFUSED_PODS.check(PodAddresses::refusedPods),
        COOLDOWN.check(PodAddresses::cooldown),
        NodeMaximum.nodeFull());
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
    return !failsAtEc2(node) && (node.justStarted() || IpamdWork.addsAddresses(node))
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
        || node.trend(Ec2Errors.IS_OF_EC2).total() > 0
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
        && (IpamdWork.hasDetached(node)
            || !node.polls().stream().allMatch(PodAddresses::hasNoAddress))
        && !isRefused(node);
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
                  + " the pool can grow; warn if only the last poll shows no available address",
              "Poll again, and check whether the pool fills. If the pool does not fill, read"
                  + " ipamD's log")
          .run(AgentCommands.doctor("--polls 3"), NodeCommands.ERRORS_OF_IPAMD)
          .needs(POOL, IPV4, MAXIMUM)
          .see(Pages.VPC_CNI);

  private static Finding warmPool(NodeEvidence node) {
    String evidence =
        "%d of %d addresses are available; effective maximum: %s"
            .formatted(
                node.available(),
                node.pool().totalIpv4(),
                node.maximum().orElseThrow().explanation());
    if (!isEmptyWithRoom(node.last())) {
      return WARM_POOL.ok(
          node.available() > 0 ? "Addresses are available" : "The pool cannot grow", evidence);
    }
    String lasting = "The warm pool stays empty although it may grow";
    if (node.showsTrend() && allExcluded(node)) {
      return withoutSubnet(node, WARM_POOL.fail(lasting, evidence, ""));
    }
    boolean lasts =
        node.lasts(poll -> isEmptyWithRoom(poll) && !allFreeAddressesCool(poll))
            && !hasReleasedAll(node);
    if (lasts && hasGrown(node)) {
      return growsTooSlowly(node, evidence);
    } else if (lasts && PoolFaults.hasNoSlotForPrefix(node)) {
      return WARM_POOL
          .fail(
              "Single addresses leave no slot for a prefix",
              evidence,
              "Prefixes were switched on while the node ran. The earlier single addresses take all"
                  + " slots of the ENIs, and new pods get only addresses of prefixes")
          .remedied(
              "Replace the node, and then the other nodes of its group", PodCommands.replaceNode());
    } else if (lasts && requestsNothing(node) && !node.justStarted()) {
      return WARM_POOL
          .fail(
              lasting,
              evidence,
              "ipamD does not request more addresses from EC2. Perhaps all warm targets are 0, or"
                  + " the node is cordoned"
                  + (CniReleases.miscountsUnmanagedEnis(node)
                      ? ", or the node has or had an unmanaged ENI. " + CniReleases.MISCOUNT
                      : ""))
          .remedied(
              "If all warm targets are 0, set one. Otherwise read ipamD's log, and restart"
                  + " aws-node. If this happens again, upgrade the VPC CNI",
              PodCommands.IS_CORDONED,
              AwsNodeCommands.settingsLike("_TARGET"),
              NodeCommands.ERRORS_OF_IPAMD,
              AwsNodeCommands.RESTART,
              AwsNodeCommands.UPGRADE);
    }
    return lasts
        ? WARM_POOL.fail(
            lasting,
            evidence,
            (node.snapshot().metrics().isPresent()
                    ? IpamdErrors.whyPoolDoesNotGrow(node)
                    : Optional.<String>empty())
                .orElse("EC2 assigns no more addresses, or ipamD does not request more addresses"))
        : WARM_POOL.warn(
            Cause.WARM_POOL_EMPTY.title() + " below the node's maximum",
            evidence,
            IpamdWork.isBusy(node.last())
                ? "ipamD is changing its pool. If the change lasts: " + IpamdWork.WAITS_FOR_EC2
                : "The warm targets are too low for the number of new pods, or EC2 assigns no more"
                    + " addresses");
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

  static boolean allFreeAddressesCool(Poll poll) {
    return poll.reading().capacity().allFreeAddressesCool();
  }

  private static boolean requestsNothing(NodeEvidence node) {
    if (node.snapshot().metrics().isEmpty()) {
      return false;
    }
    Trend requests = node.trend(MetricCatalog.EC2_API_REQ_COUNT.onlySeries());
    return requests.total() > 0
        && requests.known()
        && !requests.isRising()
        && !IpamdWork.isBusy(node.last());
  }

  /** Whether no address is available although the pool can grow. */
  static boolean isEmptyWithRoom(Poll poll) {
    return poll.reading().capacity().warmPoolEmpty().orElse(false);
  }

  private static final CheckSpec REFUSED_PODS =
      CheckSpec.of(
              CheckId.REFUSED_PODS,
              "`awscni_no_available_ip_addresses`",
              "fail while the count rises at least each 25 s; warn if the count rose or may have"
                  + " risen in the last three minutes, or if the pool has available addresses for"
                  + " the refused pods; note if the count rose before. While all free addresses are"
                  + " cooling: fail only if pods were refused during the cooldown, or if more pods"
                  + " wait than addresses are cooling",
              "Find the pods of this node that stay in ContainerCreating")
          .run(PodCommands.PENDING_PODS)
          .needs(METRICS)
          .see(Pages.ADDRESS_USE);

  private static final String WHY_REFUSED =
      "No address was available when a pod needed one. The kubelet tries again every 10 to 15 s";

  /**
   * Whether requests of pods fail. True only for releases that do not count refused pods. All
   * requests between the polls failed if no poll shows an available or cooling address. There are
   * two exceptions: the pool has grown, or a pod got a branch ENI.
   */
  static boolean refusesWithoutCount(NodeEvidence node) {
    return countsNoRefusals(node)
        && node.snapshot().pool().isPresent()
        && node.pool().coolingKnown()
        && !node.pool().hasTrunk()
        && node.lasts(PodAddresses::hasNoFreeAddress)
        && !hasGrown(node)
        && PodRequests.watchedRequests(node) > 1;
  }

  /**
   * Whether pods perhaps request addresses while the only poll shows no free address. True only for
   * releases that do not count refused pods.
   */
  static boolean mayRefuseWithoutCount(NodeEvidence node) {
    return !node.showsTrend()
        && countsNoRefusals(node)
        && node.snapshot().pool().isPresent()
        && node.trend(ADDED).mayRise()
        && !node.pool().hasTrunk()
        && hasNoFreeAddress(node.last());
  }

  /**
   * Whether all free addresses are cooling while pods request some. True only for releases that do
   * not count refused pods.
   */
  static boolean mayRefuseWhileCooling(NodeEvidence node) {
    return countsNoRefusals(node)
        && allFreeAddressesCool(node.last())
        && node.trend(ADDED).isRising();
  }

  /** Whether doctor can read ipamD's metrics, but they have no counter of refused pods. */
  private static boolean countsNoRefusals(NodeEvidence node) {
    return node.mode() != AddressMode.IPV6
        && node.snapshot().metrics().isPresent()
        && node.gauge(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries()).isEmpty();
  }

  static final Series ADDED = MetricCatalog.ADD_REQ_COUNT.onlySeries();

  private static boolean hasNoFreeAddress(Poll poll) {
    return poll.reading().capacity().available() == 0 && !allFreeAddressesCool(poll);
  }

  private static Finding refusedPods(NodeEvidence node) {
    Series refusals = MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries();
    if (refusesWithoutCount(node)) {
      return REFUSED_PODS
          .fail(
              "ipamD refuses addresses to pods",
              "%.0f requests of pods, and no address was available or cooling in any poll"
                  .formatted(PodRequests.watchedRequests(node)),
              WHY_REFUSED)
          .since(node.since(PodAddresses::hasNoFreeAddress));
    } else if (mayRefuseWithoutCount(node)) {
      return REFUSED_PODS
          .warn(
              "ipamD may refuse addresses to pods",
              "no address is available, and this release does not count refused pods",
              WHY_REFUSED)
          .remedied(
              "Poll twice, to see whether pods request addresses",
              AgentCommands.doctor("--polls 2"),
              PodCommands.PODS_OF_NODE)
          .ended();
    } else if (node.gauge(refusals).isEmpty()) {
      return REFUSED_PODS.notChecked("only VPC CNI 1.15.1 and later count refused pods");
    }
    Trend trend = node.trend(refusals);
    String evidence = "refusals: " + trend;
    if (trend.total() == 0) {
      return REFUSED_PODS.ok("ipamD never refused an address", evidence);
    }
    String past = "ipamD refused addresses to pods";
    if (!trend.isRising()) {
      return trend.judge(REFUSED_PODS.warn(past, evidence, WHY_REFUSED));
    }
    return trend.judge(
        refusesNow(node, trend)
            ? REFUSED_PODS.fail("ipamD refuses addresses to pods", evidence, WHY_REFUSED)
            : REFUSED_PODS.warn(past + " a short time ago", evidence, WHY_REFUSED));
  }

  static boolean refusesNow(NodeEvidence node, Trend refusals) {
    return node.podsStillFail(refusals)
        && !hasRoomNow(node, refusals)
        && (!allFreeAddressesCool(node.last()) || podsWaitForCooldown(node, refusals));
  }

  /** Whether the pool has addresses for the refused pods now, because it grew or pods ended. */
  private static boolean hasRoomNow(NodeEvidence node, Trend refusals) {
    return node.available() > 0 && (hasGrown(node) || node.available() >= refusals.waitingPods());
  }

  private static boolean hasGrown(NodeEvidence node) {
    long before =
        node.polls().get(0).snapshot().pool().map(AddressPool::totalIpv4).orElse(Long.MAX_VALUE);
    return node.snapshot().pool().filter(pool -> pool.totalIpv4() > before).isPresent();
  }

  /**
   * Whether pods wait while all free addresses are cooling. When a workload shrinks, its waiting
   * pods end too, so earlier refusals alone do not show this. Pods wait if ipamD refused pods
   * during the cooldown, or if it refused more pods than addresses are cooling.
   */
  private static boolean podsWaitForCooldown(NodeEvidence node, Trend refusals) {
    return node.refusedWhileCooling().roseWithin(Trend.LAST_MINUTE)
        || refusals.waitingPods() > node.pool().cooling();
  }

  private static final CheckSpec COOLDOWN =
      CheckSpec.of(
              CheckId.COOLDOWN,
              "addresses that pods released less than `--ip-cooldown` ago",
              "warn if pods are refused while all free addresses are cooling; note if no pod is"
                  + " refused, or if the refused pods may have ended since",
              "Set WARM_IP_TARGET above the number of pods that end in 30 s; each node then takes"
                  + " more addresses of its subnet. Or set IP_COOLDOWN_PERIOD=10 with the same"
                  + " commands, but no smaller value")
          .needs(POOL, IPV4)
          .see(Pages.VPC_CNI);

  private static Finding cooldown(NodeEvidence node) {
    AddressPool pool = node.pool();
    if (!pool.coolingKnown()) {
      return COOLDOWN.notChecked("only VPC CNI 1.5.0 and later report the cooldown");
    }
    String evidence =
        "%d addresses are cooling, and %d of %d are available"
            .formatted(pool.cooling(), node.available(), pool.totalIpv4());
    if (!allFreeAddressesCool(node.last())) {
      return COOLDOWN.ok("No pod waits for the cooldown", evidence);
    }
    Trend refusals = node.trend(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries());
    if (!refusesNow(node, refusals)) {
      return COOLDOWN
          .note(
              "All free addresses are cooling",
              evidence,
              "A new pod gets an address only when the first cooldown ends")
          .remedied(
              "Poll again, to see whether pods are refused", AgentCommands.doctor("--polls 3"));
    }
    if (!isEmptyWithRoom(node.last())) {
      return COOLDOWN
          .warn(
              Cause.COOLDOWN.title(),
              evidence,
              "Pods start and end so fast that all free addresses are cooling, and the node cannot"
                  + " have more addresses")
          .remedied(
              "Set IP_COOLDOWN_PERIOD=10, but no smaller value. If this is not enough, lower the"
                  + " kubelet's max-pods, so that more pods start on other nodes",
              AwsNodeCommands.setting(
                  "IP_COOLDOWN_PERIOD=10",
                  AwsNodeCommands.settingsLike("COOLDOWN"),
                  PodCommands.NODE_GROUP));
    }
    long ending = (pool.cooling() / WARM_STEP + 1) * WARM_STEP;
    long present = node.warmIpTarget().orElse(0);
    long warm = ending > present ? ending : present + WARM_STEP;
    return COOLDOWN
        .warn(
            Cause.COOLDOWN.title(),
            evidence,
            "Pods start and end so fast that all free addresses are cooling. Because ipamD counts"
                + " cooling addresses as free, ipamD requests no more addresses from EC2")
        .remedied(
            COOLDOWN.remedy(),
            AwsNodeCommands.setting(
                "WARM_IP_TARGET=" + warm, AwsNodeCommands.settingsLike("-E '_TARGET|COOLDOWN'")));
  }

  private static final long WARM_STEP = 5;

  /** Whether ipamD refuses, or perhaps refuses, pods an address now. */
  static boolean podsAreRefused(NodeEvidence node) {
    return isRefused(node) || mayRefuseWithoutCount(node);
  }

  private static boolean isRefused(NodeEvidence node) {
    return node.trend(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries()).mayRise()
        || refusesWithoutCount(node);
  }

  /** How many addresses are cooling, and for how long. */
  static String cooling(NodeEvidence node) {
    long cooling = node.pool().cooling();
    return "%d %s cooling for %d s"
        .formatted(
            cooling, cooling == 1 ? "is" : "are", node.agentSettings().ipCooldown().toSeconds());
  }

  /**
   * How full the node is, and when a pod gets an address. Empty unless all free addresses are
   * cooling.
   */
  static Optional<String> whileCooling(NodeEvidence node) {
    if (node.snapshot().pool().isEmpty() || !allFreeAddressesCool(node.last())) {
      return Optional.empty();
    }
    String most =
        node.capacity()
            .fullest()
            .flatMap(CardCapacity::maximum)
            .map(maximum -> " of " + maximum.addresses())
            .orElse("");
    return Optional.of(
        "Pods hold %d%s addresses, and %s: the next pod gets one within %d s"
            .formatted(
                node.heldByPods(),
                most,
                cooling(node),
                node.agentSettings().ipCooldown().toSeconds()));
  }
}
