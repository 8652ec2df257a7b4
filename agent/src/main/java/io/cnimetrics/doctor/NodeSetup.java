package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks of settings of the VPC CNI: prefixes, custom networking, excluded subnets, warm targets
 * and IPv6.
 */
final class NodeSetup {
  private NodeSetup() {}

  static List<Check> checks() {
    return List.of(
        MIXED_PREFIXES.check(NodeSetup::mixedPrefixes),
        CUSTOM_NETWORKING.check(NodeSetup::customNetworking),
        EXCLUDED_ENIS.check(NodeSetup::excludedEnis),
        IDLE_ADDRESSES.check(NodeSetup::idleAddresses),
        InstanceTypes.CHECK,
        IPV6.check(NodeSetup::ipv6),
        CniReleases.CHECK);
  }

  private static final CheckSpec MIXED_PREFIXES =
      CheckSpec.of(
              CheckId.MIXED_PREFIXES,
              "whether the node has both single addresses and prefixes",
              "warn if free addresses are of the kind that new pods cannot get, and ipamD refuses"
                  + " pods or started less than 10 minutes ago; otherwise note",
              "Replace the node: a new node has addresses of one kind only. After you switch"
                  + " prefixes on or off, replace all nodes of the node group")
          .run(PodCommands.replaceNode())
          .needs(POOL, IPV4)
          .see(Pages.PREFIXES);

  private static Finding mixedPrefixes(NodeEvidence node) {
    boolean prefixes = node.mode() == AddressMode.PREFIX;
    String used = prefixes ? "addresses of prefixes" : "single addresses";
    String unused = prefixes ? "single addresses" : "addresses of prefixes";
    AddressCount other =
        node.pool().enis().stream()
            .map(prefixes ? Eni::single : Eni::prefixed)
            .reduce(AddressCount.NONE, AddressCount::plus);
    if (other.total() == 0) {
      return MIXED_PREFIXES.ok("All addresses are of one kind", used);
    }
    boolean trouble = IpamdProcess.startedRecently(node) || needsAddresses(node);
    Finding finding =
        MIXED_PREFIXES
            .warn(
                "The node mixes single addresses and prefixes",
                "%d %s, of which %d are free; new pods get only %s"
                    .formatted(other.total(), unused, other.free(), used),
                "Prefix delegation was switched on or off while the node was running")
            .since(node.ipamdStart().map(Since::before));
    return other.free() > 0 && trouble
        ? finding
        : finding
            .at(Level.NOTE)
            .remedied(
                "To use these addresses, replace the node at a quiet time, and then the other nodes"
                    + " of its group",
                PodCommands.replaceNode());
  }

  private static boolean needsAddresses(NodeEvidence node) {
    return node.available() == 0
        || (node.snapshot().metrics().isPresent() && node.refusals().isRising());
  }

  private static final CheckSpec CUSTOM_NETWORKING =
      CheckSpec.of(
              CheckId.CUSTOM_NETWORKING,
              "`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`, and the pods on the primary ENI and on a trunk"
                  + " ENI",
              "warn if custom networking is on, but pods hold addresses of the primary ENI or of a"
                  + " trunk ENI",
              "Restart these pods, or replace the node. Until then these pods use the node's"
                  + " subnet. Remove addresses that someone added to the primary ENI, because ipamD"
                  + " can give these addresses to pods")
          .run(PodCommands.replaceNode(PodCommands.PODS_OF_NODE))
          .needs(POOL, IPV4)
          .see(Pages.CUSTOM_NETWORKING);

  private static Finding customNetworking(NodeEvidence node) {
    Optional<IpamdSettings> settings = node.snapshot().settings();
    if (settings.isEmpty()) {
      return CUSTOM_NETWORKING.notChecked("ipamD does not report its settings");
    } else if (!settings.get().customNetworking()) {
      return CUSTOM_NETWORKING.ok("Custom networking is off", "according to ipamD's settings");
    }
    List<Eni> primary = node.pool().enis().stream().filter(Eni::primary).toList();
    long held = primary.stream().mapToLong(Eni::assignedIpv4).sum();
    String evidence =
        "pods hold %s of the primary ENI %s"
            .formatted(EvidenceText.addresses(held), named(primary))
            .stripTrailing();
    List<Eni> trunks =
        node.pool().enis().stream().filter(eni -> eni.trunk() && eni.assignedIpv4() > 0).toList();
    if (held == 0 && !trunks.isEmpty()) {
      return CUSTOM_NETWORKING
          .warn(
              "Pods use a trunk ENI despite custom networking",
              "pods hold addresses of " + named(trunks),
              "ipamD found addresses on the trunk ENI when it started. The subnet and the security"
                  + " groups of the trunk ENI can differ from the ENIConfig")
          .remedied(
              "Compare the trunk ENI with the ENIConfig. If they differ, restart these pods",
              EniCommands.ENICONFIGS,
              EniCommands.GROUPS_OF_INSTANCE,
              PodCommands.PODS_OF_NODE);
    }
    return held > 0
        ? CUSTOM_NETWORKING
            .warn(
                "Pods use the primary ENI despite custom networking",
                evidence,
                "The pods started before custom networking was switched on, or someone added"
                    + " addresses to the primary ENI")
            .since(node.ipamdStart().map(Since::before))
        : CUSTOM_NETWORKING.ok("No pod uses the primary ENI", evidence);
  }

  private static final CheckSpec EXCLUDED_ENIS =
      CheckSpec.of(
              CheckId.EXCLUDED_ENIS,
              "`IsExcludedForPodIPs` of `/v1/enis`",
              "warn if pods use an excluded ENI; note if an excluded ENI has no pods",
              "If the subnet is excluded on purpose, do nothing. If pods should use the ENI, remove"
                  + " the tag from the ENI's subnet")
          .needs(POOL, IPV4)
          .see(Pages.VPC_CNI);

  private static Finding excludedEnis(NodeEvidence node) {
    List<Eni> excluded = node.pool().enis().stream().filter(Eni::excluded).toList();
    if (excluded.isEmpty()) {
      return EXCLUDED_ENIS.ok("No ENI is in an excluded subnet", "0 of " + node.pool().eniCount());
    }
    long held = excluded.stream().mapToLong(Eni::assignedIpv4).sum();
    long total = excluded.stream().mapToLong(Eni::totalIpv4).sum();
    String evidence =
        "%s with %s; pods hold %d of them; the subnet has the tag %s=0"
            .formatted(named(excluded), EvidenceText.addresses(total), held, EniCommands.POD_TAG);
    String cause = "The tag %s=0 forbids pods in the subnet".formatted(EniCommands.POD_TAG);
    List<Command> untag =
        allowPods(node, held > 0 ? PodCommands.PODS_OF_NODE : EniCommands.ENIS_OF_INSTANCE);
    return held > 0
        ? EXCLUDED_ENIS
            .warn("Pods use an ENI in an excluded subnet", evidence, cause)
            .remedied(
                "Restart the pods that still use the ENI. Or, if pods should use the ENI, remove"
                    + " the tag from its subnet",
                untag)
        : EXCLUDED_ENIS
            .note("An ENI in an excluded subnet has no pods", evidence, cause)
            .remedied(EXCLUDED_ENIS.remedy(), untag);
  }

  /** Returns the given commands, and then the commands that allow pods on the excluded ENIs. */
  static List<Command> allowPods(NodeEvidence node, Command... first) {
    return Command.join(
        List.of(first),
        node.pool().enis().stream()
            .filter(Eni::excluded)
            .flatMap(eni -> eni.subnetId().stream())
            .distinct()
            .map(EniCommands::allowPodsIn)
            .toList());
  }

  /** The ENIs with their subnets, such as {@code eni-0a in subnet-1}. */
  private static String named(List<Eni> enis) {
    return enis.stream()
        .map(eni -> eni.id() + eni.subnetId().map(" in "::concat).orElse(""))
        .collect(Collectors.joining(", "));
  }

  private static final int TARGET_STEP = 5;
  private static final int MIN_WARM_TARGET = 2;
  private static final int PODS_PER_WARM_ADDRESS = 10;

  private static final CheckSpec IDLE_ADDRESSES =
      CheckSpec.of(
              CheckId.IDLE_ADDRESSES,
              "free addresses if `WARM_IP_TARGET` is not set",
              "note if warm targets would release at least as many addresses as an ENI has, and no"
                  + " pod waits for an address; warn if the subnet is also short of addresses",
              ifShort("WARM_IP_TARGET and MINIMUM_IP_TARGET"))
          .needs(POOL, IPV4)
          .see(Pages.ADDRESS_USE);

  private static String ifShort(String targets) {
    return "If doctor --subnets shows few free addresses, " + Verdict.clause(set(targets));
  }

  private static String set(String targets) {
    return "Set %s. ipamD then makes more calls to EC2".formatted(targets);
  }

  /**
   * The warm targets that a node needs.
   *
   * @param total the number of addresses of the ENIs to which the targets apply
   * @param saved how many of them ipamD would release
   */
  private record Targets(long warm, long minimum, long total, long saved) {
    static Targets of(NodeEvidence node) {
      AddressPool pool = targeted(node);
      long total = pool.totalIpv4();
      long held = pool.assigned();
      long minimum = Math.max(TARGET_STEP, (held + TARGET_STEP - 1) / TARGET_STEP * TARGET_STEP);
      long warm = Math.max(MIN_WARM_TARGET, minimum / PODS_PER_WARM_ADDRESS);
      return new Targets(warm, minimum, total, total - Math.max(held + warm, minimum));
    }

    /** The assignments with this word between them. */
    String joined(String word) {
      return "WARM_IP_TARGET=%d%sMINIMUM_IP_TARGET=%d".formatted(warm, word, minimum);
    }
  }

  /** The ENIs to which ipamD applies the warm targets: those of network card 0. */
  private static AddressPool targeted(NodeEvidence node) {
    return node.pool().only(eni -> eni.networkCard() == 0 && !eni.excluded());
  }

  private static Finding idleAddresses(NodeEvidence node) {
    Optional<IpamdSettings> settings = node.snapshot().settings();
    Targets targets = Targets.of(node);
    String evidence =
        "%d of %d addresses %sare free"
            .formatted(
                targeted(node).available(node.mode()),
                targets.total(),
                node.pool().networkCards().size() > 1 ? "of network card 0 " : "");
    if (node.mode() != AddressMode.SECONDARY_IP) {
      return IDLE_ADDRESSES.ok("Free addresses in prefixes are normal", evidence);
    } else if (settings.isEmpty() || settings.get().warmIpTarget().isEmpty()) {
      return IDLE_ADDRESSES.notChecked("ipamD does not report its warm targets");
    } else if (settings.get().warmIpTarget().getAsLong() > 0) {
      return IDLE_ADDRESSES.ok("WARM_IP_TARGET is set", evidence);
    }
    long perEni = targeted(node).enis().stream().mapToLong(Eni::totalIpv4).max().orElse(0);
    return targets.saved() > 0 && targets.saved() >= perEni
        ? IDLE_ADDRESSES
            .note(
                "Many addresses are idle",
                "%s; warm targets would release %d".formatted(evidence, targets.saved()),
                "The default WARM_ENI_TARGET keeps a whole ENI free")
            .remedied(
                ifShort(targets.joined(" and ")),
                AwsNodeCommands.setting(targets.joined(" "), AgentCommands.doctor("--subnets")))
        : IDLE_ADDRESSES.ok("Few addresses are idle", evidence);
  }

  /**
   * Changes the finding about idle addresses. If pods of this node wait, it becomes ok, because
   * then the node must not release addresses. If EC2 throttles ipamD, it also becomes ok, because
   * smaller warm targets cause more calls to EC2. If the subnet has few free addresses, it becomes
   * a warning, because other nodes need the idle ones.
   */
  static Finding weighIdleAddresses(NodeEvidence node, Finding finding, List<Finding> findings) {
    if (finding.level() != Level.NOTE) {
      return finding;
    }
    boolean needed =
        findings.stream()
            .anyMatch(
                other ->
                    other.level() == Level.FAIL
                        || (other.level() == Level.WARN && NEED_IDLE.contains(other.check())));
    boolean subnetIsShort =
        findings.stream().anyMatch(other -> other.isPresent() && other.check() == CheckId.SUBNET);
    if (needed) {
      return IDLE_ADDRESSES.ok("Idle addresses are no problem now", finding.evidence());
    }
    return subnetIsShort
        ? IDLE_ADDRESSES
            .warn(
                "Many addresses are idle while the subnet is short of addresses",
                finding.evidence(),
                finding.cause() + ". Other nodes of the subnet lack these addresses")
            .remedied(set(Targets.of(node).joined(" and ")), finding.advice().commands())
        : finding;
  }

  private static final Set<CheckId> NEED_IDLE =
      EnumSet.of(
          CheckId.REFUSED_PODS,
          CheckId.WARM_POOL,
          CheckId.COOLDOWN,
          CheckId.NO_ADDRESSES,
          CheckId.METADATA_AWAY,
          CheckId.EC2_THROTTLED);

  private static final CheckSpec IPV6 =
      CheckSpec.of(
              CheckId.IPV6,
              "IPv6 prefixes in `/v1/enis`",
              "note if pods use IPv6; the agent then reports no total, availability or utilisation",
              "A node with IPv6 needs no checks of free addresses, because a /80 prefix does not"
                  + " run out of addresses")
          .needs(POOL)
          .see(Pages.IPV6);

  private static Finding ipv6(NodeEvidence node) {
    String evidence = "pods hold %d addresses".formatted(node.pool().assigned());
    return node.mode() == AddressMode.IPV6
        ? IPV6.note("Pods use IPv6", evidence, "Doctor skips the checks of IPv4 addresses")
        : IPV6.ok("Pods use IPv4", evidence);
  }
}
