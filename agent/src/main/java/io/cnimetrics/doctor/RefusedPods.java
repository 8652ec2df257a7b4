package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;

/** The check that ipamD refuses no pod an address. */
final class RefusedPods {
  private RefusedPods() {}

  private static final CheckSpec SPEC =
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

  static final Check CHECK = SPEC.check(RefusedPods::finding);

  private static final String WHY_REFUSED =
      "No address was available when a pod needed one. The kubelet tries again every 10 to 15 s";

  private static Finding finding(NodeEvidence node) {
    if (refusesWithoutCount(node)) {
      return SPEC.fail(
              "ipamD refuses addresses to pods",
              "%.0f requests of pods, and no address was available or cooling in any poll"
                  .formatted(node.roseWhileWatched(MetricCatalog.ADD_REQ_COUNT)),
              WHY_REFUSED)
          .since(node.since(Poll::hasNoFreeAddress));
    } else if (mayRefuseWithoutCount(node)) {
      return SPEC.warn(
              "ipamD may refuse addresses to pods",
              "no address is available, and this release does not count refused pods",
              WHY_REFUSED)
          .remedied(
              "Poll twice, to see whether pods request addresses",
              AgentCommands.doctor("--polls 2"),
              PodCommands.PODS_OF_NODE)
          .ended();
    } else if (node.gauge(MetricCatalog.NO_AVAILABLE_IP_ADDRS).isEmpty()) {
      return SPEC.notChecked("only VPC CNI 1.15.1 and later count refused pods");
    }
    Trend trend = node.refusals();
    String evidence = "refusals: " + trend;
    if (trend.total() == 0) {
      return SPEC.ok("ipamD never refused an address", evidence);
    }
    String past = "ipamD refused addresses to pods";
    boolean cards = node.snapshot().pool().filter(RefusedPods::hasSeveralCards).isPresent();
    String why = cards ? WHY_REFUSED + OF_CARDS : WHY_REFUSED;
    if (!trend.isRising()) {
      return trend.judge(SPEC.warn(past, evidence, why));
    }
    Finding rising =
        refusesNow(node, trend)
            ? SPEC.fail("ipamD refuses addresses to pods", evidence, why)
            : SPEC.warn(past + " a short time ago", evidence, why)
                .at(cards && servesPods(node) ? Level.NOTE : Level.WARN);
    return trend.judge(
        !cards && refusesBesideFreeAddresses(node) ? duringLongCooldown(node, rising) : rising);
  }

  /** Whether ipamD refused pods between polls that all show available addresses. */
  private static boolean refusesBesideFreeAddresses(NodeEvidence node) {
    return node.mode() != AddressMode.IPV6
        && node.roseWhileWatched(MetricCatalog.NO_AVAILABLE_IP_ADDRS) > 0
        && !node.poolHasGrown()
        && node.polls().stream()
            .allMatch(
                poll ->
                    poll.snapshot().pool().isPresent()
                        && poll.reading().capacity().available() > 0);
  }

  private static Finding duringLongCooldown(NodeEvidence node, Finding refused) {
    long assumed = node.agentSettings().ipCooldown().toSeconds();
    return refused
        .causedBy(
            ("%s. But %d addresses seem to be available. Perhaps they still cool, because"
                    + " IP_COOLDOWN_PERIOD of aws-node is longer than the %d s that the agent"
                    + " assumes")
                .formatted(WHY_REFUSED, node.available(), assumed))
        .remedied(
            ("If the first command prints more than %d, lower IP_COOLDOWN_PERIOD in aws-node, or"
                    + " set it in the agent too. Otherwise find the pods that stay in"
                    + " ContainerCreating, and read ipamD's log")
                .formatted(assumed),
            AwsNodeCommands.settingsLike("COOLDOWN"),
            PodCommands.PENDING_PODS,
            NodeCommands.ERRORS_OF_IPAMD,
            AgentCommands.setChosen("IP_COOLDOWN_PERIOD", "SECONDS"));
  }

  private static final String OF_CARDS =
      ". On a node with several network cards ipamD also counts a card that has no free address, if"
          + " the pod then gets an address of another card. A multi-NIC pod needs one on each card";

  private static boolean hasSeveralCards(AddressPool pool) {
    return pool.networkCards().size() > 1;
  }

  /** Whether addresses are free, and pods keep addresses that they requested. */
  private static boolean servesPods(NodeEvidence node) {
    return node.available() > 0
        && node.roseWhileWatched(MetricCatalog.ADD_REQ_COUNT)
            > node.roseWhileWatched(MetricCatalog.DEL_REQ_COUNT);
  }

  /**
   * Whether requests of pods fail. True only for releases that do not count refused pods. All
   * requests between the polls failed if no poll shows an available or cooling address. There are
   * two exceptions: the pool has grown, or a pod got a branch ENI.
   */
  static boolean refusesWithoutCount(NodeEvidence node) {
    return countsNoRefusals(node)
        && node.snapshot().pool().isPresent()
        && node.pool().coolingKnown()
        && !node.hasTrunk()
        && node.lasts(Poll::hasNoFreeAddress)
        && !node.poolHasGrown()
        && node.roseWhileWatched(MetricCatalog.ADD_REQ_COUNT) > 1;
  }

  /**
   * Whether pods perhaps request addresses while the only poll shows no free address. True only for
   * releases that do not count refused pods.
   */
  static boolean mayRefuseWithoutCount(NodeEvidence node) {
    return !node.showsTrend()
        && countsNoRefusals(node)
        && node.snapshot().pool().isPresent()
        && node.trend(MetricCatalog.ADD_REQ_COUNT).mayRise()
        && !node.hasTrunk()
        && node.last().hasNoFreeAddress();
  }

  /** Whether doctor can read ipamD's metrics, but they have no counter of refused pods. */
  static boolean countsNoRefusals(NodeEvidence node) {
    return node.mode() != AddressMode.IPV6
        && node.snapshot().metrics().isPresent()
        && node.gauge(MetricCatalog.NO_AVAILABLE_IP_ADDRS).isEmpty();
  }

  static boolean refusesNow(NodeEvidence node, Trend refusals) {
    return node.podsStillFail(refusals)
        && !hasRoomNow(node, refusals)
        && (!node.last().allFreeAddressesCool() || podsWaitForCooldown(node, refusals));
  }

  /** Whether the pool has addresses for the refused pods now, because it grew or pods ended. */
  private static boolean hasRoomNow(NodeEvidence node, Trend refusals) {
    return node.available() > 0
        && (node.poolHasGrown() || node.available() >= refusals.waitingPods());
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

  /** Whether ipamD refuses, or perhaps refuses, pods an address now. */
  static boolean mayRefusePods(NodeEvidence node) {
    return refusesPods(node) || mayRefuseWithoutCount(node);
  }

  static boolean refusesPods(NodeEvidence node) {
    return node.refusals().mayRise() || refusesWithoutCount(node);
  }
}
