package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.MAXIMUM;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.capacity.InstanceLimits.Limit;
import io.cnimetrics.capacity.MaximumReason;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks that the node can have an address for each of its pods. */
final class NodeMaximum {
  private NodeMaximum() {}

  static Check nodeFull() {
    return NODE_FULL.check(NodeMaximum::nodeFull);
  }

  /** This check comes after the other checks of the node, because it concerns only later pods. */
  static Check maxPods() {
    return MAX_PODS.check(NodeMaximum::maxPods);
  }

  private static final int NEARLY_FULL_PERCENT = 90;

  private static final CheckSpec NODE_FULL =
      CheckSpec.of(
              CheckId.NODE_FULL,
              "addresses that pods hold, and the effective maximum; on a node with several network"
                  + " cards, the numbers of the fullest card",
              "warn if pods hold the effective maximum and pods are refused; note if no pod is"
                  + " refused, or if pods hold 90 % of the maximum or more",
              "Add nodes to the node group, or use a larger instance type. Karpenter adds a node if"
                  + " you cordon this node and more pods come")
          .run(PodCommands.ADD_NODES)
          .needs(POOL, IPV4, MAXIMUM)
          .see(Pages.INSTANCE_TYPES);

  private static Finding nodeFull(NodeEvidence node) {
    return node.capacity()
        .fullest()
        .map(card -> fullness(node, card))
        .orElseGet(() -> withoutEni(node));
  }

  private static Finding fullness(NodeEvidence node, CardCapacity card) {
    EffectiveMaximum maximum = card.maximum().orElseThrow();
    String evidence = held(node, card, maximum);
    if (card.isFull()) {
      return full(node, card, evidence + ": " + maximum.explanation());
    } else if (card.utilization() < NEARLY_FULL_PERCENT) {
      return NODE_FULL.ok("The node has room for pods", evidence);
    }
    return node.last().allFreeAddressesCool()
            && card.assigned() + node.pool().cooling() >= maximum.addresses()
        ? NODE_FULL.note("The node is full until addresses have cooled", evidence, untilCool(node))
        : NODE_FULL.note("The node is nearly full", evidence, "Pods hold nearly all addresses");
  }

  /** The addresses that pods hold, such as {@code network card 1: pods hold 14 of 15 addresses}. */
  private static String held(NodeEvidence node, CardCapacity card, EffectiveMaximum maximum) {
    String where = node.nameOf(card);
    long over = card.assigned() - maximum.addresses();
    if (over <= 0) {
      return "%spods hold %d of %d addresses"
          .formatted(where, card.assigned(), maximum.addresses());
    }
    int onHostNetwork = node.agentSettings().hostNetworkPods();
    return "%spods hold %d addresses, %d more than the expected %d%s"
        .formatted(
            where,
            card.assigned(),
            over,
            maximum.addresses(),
            isByMaxPods(node, maximum) && over <= onHostNetwork
                ? " (fewer than %d pods are on the host network)".formatted(onHostNetwork)
                : "");
  }

  private static boolean hasSeveralCards(NodeEvidence node) {
    return node.capacity().cards().size() > 1;
  }

  private static Finding full(NodeEvidence node, CardCapacity card, String evidence) {
    String title =
        hasSeveralCards(node)
            ? "Network card %d of the node is full".formatted(card.networkCard())
            : "The node is full";
    if (node.last().allFreeAddressesCool()) {
      return NODE_FULL.note(title, evidence, untilCool(node));
    } else if (!RefusedPods.mayRefusePods(node)) {
      return NODE_FULL.note(
          title, evidence, "The node has as many pods as addresses. No pod seems to wait for one");
    } else if (enisPermitMore(node, card) && Ec2Calls.growthFails(node)) {
      // The kubelet admitted the waiting pods too.
      return NODE_FULL.ok("The ENIs can have more addresses", evidence);
    }
    String need =
        node.pool().multiNic()
            ? "Each pod needs an address on each network card, and "
            : "The node has as many pods as addresses, and ";
    String why =
        admitsMore(node, card.maximum().orElseThrow())
            ? ", because the kubelet's max-pods is too high"
            : "";
    Finding full = NODE_FULL.warn(title, evidence, need + waiting(node) + why);
    return perhapsEnded(node, roomFor(node, card, full));
  }

  private static String untilCool(NodeEvidence node) {
    return "Pods hold all other addresses of the node; " + Cooldown.cooling(node);
  }

  private static String waiting(NodeEvidence node) {
    Trend refusals = node.refusals();
    if (RefusedPods.refusesWithoutCount(node) || RefusedPods.refusesNow(node, refusals)) {
      return "more pods wait";
    }
    return refusals.isRising() ? "pods waited a short time ago" : "perhaps more pods wait";
  }

  /** Whether max-pods is the limit, and not the ENIs. */
  private static boolean isByMaxPods(NodeEvidence node, EffectiveMaximum maximum) {
    return maximum.addresses() == node.agentSettings().podLimits().podsWithAddress();
  }

  /** Whether the ENIs can have more addresses, but max-pods does not permit more pods. */
  private static boolean enisPermitMore(NodeEvidence node, CardCapacity card) {
    return isByMaxPods(node, card.maximum().orElseThrow())
        && node.snapshot().metrics().isPresent()
        && node.total(MetricCatalog.MAX_IP_ADDRESSES) > card.assigned();
  }

  private static final Set<CheckId> EMPTY_SUBNET =
      EnumSet.of(CheckId.EC2_NO_ADDRESSES, CheckId.EC2_NO_PREFIXES, CheckId.SUBNET);

  /**
   * Changes the finding about a full node whose subnet is empty too: a new node in this subnet gets
   * no address either. If prefixes were switched off, switching them on needs no new address. If
   * ipamD's limit of ENIs is 0, an upgrade of the VPC CNI needs none.
   */
  static Finding besideEmptySubnet(NodeEvidence node, Finding finding, List<Finding> findings) {
    boolean hasOtherSubnet =
        findings.stream()
            .anyMatch(other -> other.check() == CheckId.SUBNET && other.level() == Level.OK);
    return findings.stream()
        .filter(other -> EMPTY_SUBNET.contains(other.check()) && other.isPresent())
        .filter(other -> other.check() != CheckId.SUBNET || !hasOtherSubnet)
        .findFirst()
        .filter(any -> finding.isPresent())
        .map(
            subnet -> {
              String another =
                  "give new nodes a subnet with free addresses, because the subnet of this node has"
                      + " too few (%s)".formatted(subnet.id());
              return finding.remedied(
                  losesPrefixes(node) || node.capacity().fullest().isEmpty()
                      ? "%s. Before you add nodes, %s".formatted(finding.remedy(), another)
                      : "First %s. Then: %s".formatted(another, Verdict.clause(finding.remedy())),
                  Command.join(List.of(EniCommands.SUBNETS_OF_ZONE), finding.advice().commands()));
            })
        .orElse(finding);
  }

  /** Whether prefixes were switched off, and the node still has some. */
  private static boolean losesPrefixes(NodeEvidence node) {
    return node.mode() != AddressMode.PREFIX && node.pool().prefixes() > 0;
  }

  /** Without the counter, one poll does not show whether pods wait for an address. */
  private static Finding perhapsEnded(NodeEvidence node, Finding full) {
    return RefusedPods.mayRefuseWithoutCount(node) ? full.ended() : full;
  }

  private static boolean admitsMore(NodeEvidence node, EffectiveMaximum maximum) {
    AgentSettings settings = node.agentSettings();
    return settings.maxPods().source().isPresent()
        && settings.podLimits().podsWithAddress() > maximum.addresses();
  }

  /**
   * ipamD's limit is 0 if other ENIs take all slots, and in releases older than the instance type.
   */
  private static Finding withoutEni(NodeEvidence node) {
    String why = node.maximum().orElseThrow().explanation();
    if (!RefusedPods.mayRefusePods(node)) {
      return NODE_FULL.ok("No pod can have an address", why);
    }
    Finding none =
        perhapsEnded(
            node,
            NODE_FULL.warn(
                "No ENI of this node can have addresses for pods",
                why,
                "Settings of the VPC CNI take all ENIs that this instance type permits"));
    boolean limited =
        node.snapshot().metrics().isPresent()
            && node.gauge(MetricCatalog.ENI_MAX_AVAILABLE).orElse(1) <= 0;
    return limited
        ? none.causedBy(
                "ipamD's limit of ENIs is 0. Either ENIs that ipamD does not manage take all slots,"
                    + " or this release of the VPC CNI does not know the instance type")
            .remedied(
                "If the instance has a single ENI, upgrade the VPC CNI. Otherwise add nodes"
                    + " that have fewer ENIs of their own",
                EniCommands.ENIS_OF_INSTANCE,
                PodCommands.NODE_GROUP,
                AwsNodeCommands.UPGRADE)
        : none;
  }

  private static final String MOVE_PODS =
      "Add nodes, cordon this node, and delete the waiting pods, so that they start on other nodes";

  /** Advises prefixes only if the ENIs are the limit, and if the node has no prefixes yet. */
  private static Finding roomFor(NodeEvidence node, CardCapacity card, Finding full) {
    AgentSettings settings = node.agentSettings();
    if (enisPermitMore(node, card)) {
      String known = settings.maxPods().source().isPresent() ? "" : ", which is assumed";
      return full.remedied(
          "%s. Or, because the limit is max-pods %d%s, raise the kubelet's max-pods and"
                  .formatted(MOVE_PODS, settings.maxPods().pods(), known)
              + " --max-pods up to the number of pods that the ENIs permit",
          PodCommands.movePendingPods(PodCommands.NODE_GROUP));
    }
    boolean single = node.mode() != AddressMode.PREFIX;
    if (losesPrefixes(node)) {
      return full.causedBy(full.cause() + ". Prefixes were switched off while the node ran")
          .remedied(
              "If this was a mistake, for example by an upgrade, set ENABLE_PREFIX_DELEGATION=true"
                  + " again. Otherwise: "
                  + Verdict.clause(MOVE_PODS),
              Command.join(
                  PodCommands.movePendingPods(),
                  AwsNodeCommands.setting("ENABLE_PREFIX_DELEGATION=true")));
    }
    boolean trunk = node.hasTrunk();
    String larger =
        ". Nodes of a larger type"
            + (single && isXen(node) ? " with the Nitro hypervisor, which prefixes need" : "")
            + (single && !isXen(node) ? " or with ENABLE_PREFIX_DELEGATION=true" : "")
            + " hold more pods"
            + (trunk
                ? ". If no pod uses security groups for pods, new nodes with ENABLE_POD_ENI=false"
                    + " have one more ENI for pods"
                : "");
    boolean fewer =
        card.maximum().orElseThrow().reasons().stream().anyMatch(MaximumReason::mayBeMaxEni);
    return fewer
        ? full.remedied(
            MOVE_PODS + larger + ". Or, if aws-node sets MAX_ENI, raise or remove it",
            PodCommands.movePendingPods(
                AwsNodeCommands.settingsLike("MAX_ENI"), PodCommands.NODE_GROUP))
        : full.remedied(MOVE_PODS + larger, PodCommands.movePendingPods());
  }

  /** The families with the Xen hypervisor. ipamD uses single addresses on these types. */
  private static final Pattern XEN =
      Pattern.compile("(?!i3\\.metal)([cmr][1-4]|t[12]|i[23]|d2|f1|h1|p[23]|x1e?)\\..*");

  static boolean isXen(NodeEvidence node) {
    return node.snapshot()
        .instance()
        .type()
        .filter(type -> XEN.matcher(type).matches())
        .isPresent();
  }

  private static final CheckSpec MAX_PODS =
      CheckSpec.of(
              CheckId.MAX_PODS,
              "the kubelet's max-pods minus `--host-network-pods`, and the effective maximum",
              "warn if the kubelet admits more pods than the effective maximum",
              "Lower the kubelet's max-pods in the node group's launch template")
          .run(PodCommands.NODE_GROUP)
          .needs(IPV4, MAXIMUM)
          .see(Pages.INSTANCE_TYPES);

  private static Finding maxPods(NodeEvidence node) {
    int maxPods = node.agentSettings().maxPods().pods();
    Optional<String> source = node.agentSettings().maxPods().source();
    if (source.isEmpty()) {
      return MAX_PODS.notChecked(
          "the kubelet's max-pods is unknown, and doctor assumes %d: set --max-pods"
              .formatted(maxPods));
    }
    int onHostNetwork = node.agentSettings().hostNetworkPods();
    // On a multi-NIC node each pod needs an address on each card, so the smallest card is the
    // limit.
    EffectiveMaximum maximum = node.smallestMaximum();
    long reachable = maximum.addresses();
    String evidence =
        "max-pods is %d (%s), with %d pods on the host network; effective maximum: %s"
            .formatted(maxPods, source.get(), onHostNetwork, maximum.explanation());
    if (reachable >= maxPods - onHostNetwork) {
      return MAX_PODS.ok("The node can have an address for each pod", evidence);
    }
    long fit = reachable + onHostNetwork;
    boolean excluded =
        node.snapshot()
            .pool()
            .filter(pool -> pool.enis().stream().anyMatch(Eni::excluded))
            .isPresent();
    String remedy =
        ("Set the kubelet's max-pods to %d (%d addresses + %d pods on the host network). "
                + PodCommands.WHERE_MAX_PODS)
            .formatted(fit, reachable, onHostNetwork);
    return MAX_PODS
        .warn(
            "max-pods is above the number of addresses that the node can have",
            evidence,
            whyTooMany(node, maximum, maxPods)
                + ". The last %d pods that the kubelet admits never get an address"
                    .formatted(maxPods - fit))
        .since(sinceStart(node))
        .remedied(
            excluded
                ? remedy
                    + ". Or remove the tag of the excluded subnet, so that pods can use its ENI"
                : remedy,
            PodCommands.setMaxPods(fit, excluded ? NodeSetup.allowPods(node) : List.of()));
  }

  /** Explains a max-pods that is too high. EKS's own value is the addresses of all ENIs, plus 2. */
  private static String whyTooMany(NodeEvidence node, EffectiveMaximum maximum, int maxPods) {
    Optional<Limit> type = node.typeLimit();
    long ofType = type.map(limit -> limit.enis() * maximum.perEni()).orElse(maximum.addresses());
    long lost = ofType - maximum.addresses();
    return lost > 0 && maxPods == ofType + 2
        ? "max-pods counts all %d ENIs with %d addresses, and this node can have %d fewer: %s"
            .formatted(
                type.orElseThrow().enis(), ofType, lost, MaximumReason.text(maximum.reasons()))
        : "max-pods was not computed from the ENIs of the instance type";
  }

  /**
   * Dates a finding about excluded ENIs or custom networking. ipamD reads both only when it starts.
   * Therefore they are at least as old as ipamD's process.
   */
  private static Optional<Since> sinceStart(NodeEvidence node) {
    boolean trunk = node.hasTrunk();
    return node.ipamdStart().filter(any -> !trunk).map(Since::before);
  }
}
