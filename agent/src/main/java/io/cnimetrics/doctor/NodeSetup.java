package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import io.cnimetrics.snapshot.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks of the node's ENIs, of ipamD's settings, of the instance type and of the VPC CNI. */
final class NodeSetup {
  private NodeSetup() {}

  static List<Check> checks(Probes.AttachedEnis attachedEnis) {
    Probes.AttachedEnis once = attachedEnis.once();
    return List.of(
        instanceEnis(once),
        LOST_ENI.check(node -> lostEni(node, once)).withIo(ENIS_LIMIT),
        MIXED_PREFIXES.check(NodeSetup::mixedPrefixes),
        CUSTOM_NETWORKING.check(NodeSetup::customNetworking),
        EXCLUDED_ENIS.check(NodeSetup::excludedEnis),
        IDLE_ADDRESSES.check(NodeSetup::idleAddresses),
        INSTANCE_TYPE,
        IPV6.check(NodeSetup::ipv6),
        CNI_RELEASE.check(NodeSetup::cniRelease));
  }

  private static final Duration ENIS_LIMIT = Duration.ofSeconds(2);

  private static final CheckSpec INSTANCE_ENIS =
      CheckSpec.of(
              CheckId.INSTANCE_ENIS,
              "the ENIs in instance metadata, and the ENIs in `/v1/enis`",
              "warn if ipamD lists an ENI that is not attached; note if an attached ENI is not"
                  + " in ipamD's list",
              "Compare ipamD's list of ENIs with EC2's list")
          .run(EniCommands.ENIS_OF_INSTANCE)
          .needs(POOL)
          .see(Pages.VPC_CNI);

  static Check instanceEnis(Probes.AttachedEnis attachedEnis) {
    return INSTANCE_ENIS.checkAll(node -> instanceEnis(node, attachedEnis)).withIo(ENIS_LIMIT);
  }

  private static List<Finding> instanceEnis(NodeEvidence node, Probes.AttachedEnis attachedEnis) {
    List<String> listed = node.pool().enis().stream().map(Eni::id).toList();
    List<String> attached = attached(node, attachedEnis);
    if (attached.isEmpty()) {
      return List.of(INSTANCE_ENIS.notChecked(NO_LIST));
    }
    List<Finding> findings = new ArrayList<>();
    List<String> lost = without(listed, attached);
    if (!lost.isEmpty()) {
      findings.add(
          INSTANCE_ENIS
              .warn(
                  "ipamD lists an ENI that is not attached",
                  lost.stream().map(id -> withPods(node, id)).collect(Collectors.joining(", ")),
                  "A caller other than ipamD detached the ENI, and the pods of the ENI have no"
                      + " network. Or instance metadata omits the ENI for a while. ipamD removes"
                      + " the ENI from its pool within a minute")
              .remedied(
                  "Delete the pods of that ENI, so that they start again, and find the caller in"
                      + " CloudTrail",
                  PodCommands.podsWithoutAddress(node),
                  AwsCommands.eventsOf(lost.get(0)),
                  PodCommands.DELETE_POD));
    }
    List<String> unmanaged = without(attached, listed);
    if (!unmanaged.isEmpty() && !countsUnlistedEnis(node)) {
      findings.add(
          INSTANCE_ENIS
              .note(
                  "ipamD does not manage every ENI",
                  String.join(", ", unmanaged),
                  "The ENI has the tag node.k8s.amazonaws.com/no_manage, is for EFA only, or was"
                      + " attached manually")
              .remedied(
                  "If this is on purpose, do nothing. Each such ENI uses a slot that an ENI with"
                      + " pods could use",
                  EniCommands.ENIS_OF_INSTANCE));
    }
    String title =
        unmanaged.isEmpty() ? "ipamD manages all ENIs" : "All ENIs of ipamD's pool are attached";
    return findings.isEmpty()
        ? List.of(INSTANCE_ENIS.ok(title, EvidenceText.enis(attached.size())))
        : findings;
  }

  private static final String NO_LIST = "instance metadata does not list the ENIs";

  private static List<String> attached(NodeEvidence node, Probes.AttachedEnis attachedEnis) {
    return node.identity().instance().id().isPresent() ? attachedEnis.read() : List.of();
  }

  private static final CheckSpec LOST_ENI =
      CheckSpec.of(
              CheckId.LOST_ENI,
              "the ENIs in instance metadata, the ENIs in `/v1/enis`, and `awscni_eni_max`",
              "warn if the pool stays empty, ipamD makes no call to EC2, and an attached ENI is"
                  + " missing from `/v1/enis` although `awscni_eni_max` counts its slot; note if a"
                  + " single poll without an agent shows this. Not for types with several network"
                  + " cards",
              "Restart aws-node, because ipamD reads all attached ENIs when it starts. If this"
                  + " happens again, upgrade the VPC CNI")
          .run(EniCommands.ENIS_OF_INSTANCE, AwsNodeCommands.RESTART, AwsNodeCommands.UPGRADE)
          .needs(POOL, METRICS, IPV4)
          .see(Pages.TROUBLESHOOTING);

  private static Finding lostEni(NodeEvidence node, Probes.AttachedEnis attachedEnis) {
    List<String> attached = attached(node, attachedEnis);
    List<String> lost = without(attached, node.pool().enis().stream().map(Eni::id).toList());
    String evidence =
        "%s attached, and %s in ipamD's pool"
            .formatted(EvidenceText.enis(attached.size()), node.pool().eniCount());
    if (attached.isEmpty()) {
      return LOST_ENI.notChecked(NO_LIST);
    } else if (lost.isEmpty() || !countsUnlistedEnis(node)) {
      return LOST_ENI.ok("ipamD has lost no ENI", evidence);
    }
    String missing = "%s; missing in the pool: %s".formatted(evidence, String.join(", ", lost));
    String cause =
        "EC2 attached the ENI, and ipamD did not add it to the pool, for example because instance"
            + " metadata showed it too late. Or another program attached the ENI: then its"
            + " description does not begin with aws-K8S. The ENI takes a slot, and its addresses go"
            + " to no pod";
    // EC2 attaches an ENI before ipamD puts it into the pool, so a new ENI can be missing for a
    // while.
    return IpamdWork.seesCalls(node) && !IpamdWork.addsAddresses(node) && !node.justStarted()
        ? LOST_ENI
            .warn("An attached ENI is missing in ipamD's pool", missing, cause)
            .since(node.since(poll -> poll.snapshot().pool().equals(node.snapshot().pool())))
        : LOST_ENI
            .note("Perhaps an attached ENI is missing in ipamD's pool", missing, cause)
            .remedied(
                node.showsTrend()
                    ? "If the ENI is missing for over 5 minutes, restart aws-node"
                    : "Poll twice, because ipamD may be adding the ENI now",
                node.showsTrend() ? AwsNodeCommands.RESTART : AgentCommands.doctor("--polls 2"));
  }

  /**
   * Whether the pool is empty, and ipamD's limit counts the slots of all ENIs of the instance type.
   * The limit leaves out unmanaged ENIs. On types with several network cards the result is false,
   * because there the limit also counts cards that ipamD does not use.
   */
  private static boolean countsUnlistedEnis(NodeEvidence node) {
    return node.snapshot().metrics().isPresent()
        && node.polls().stream()
            .allMatch(
                poll ->
                    PodAddresses.isEmptyWithRoom(poll)
                        && poll.snapshot().pool().map(AddressPool::eniCount).orElse(0)
                            == node.pool().eniCount())
        && node.snapshot()
            .instance()
            .type()
            .flatMap(InstanceLimits::of)
            .filter(limit -> limit.enisOnCards().size() == 1)
            .filter(limit -> node.total(MetricCatalog.ENI_MAX_AVAILABLE) >= limit.enis())
            .isPresent();
  }

  private static String withPods(NodeEvidence node, String id) {
    return node.pool().enis().stream()
        .filter(eni -> eni.id().equals(id))
        .map(eni -> "%s (pods hold %d of its addresses)".formatted(id, eni.assigned()))
        .findFirst()
        .orElse(id);
  }

  private static List<String> without(List<String> ids, List<String> others) {
    return ids.stream().filter(id -> !others.contains(id)).toList();
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
    boolean trouble = IpamdProcess.startedRecently(node) || podsAreRefused(node);
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

  private static boolean podsAreRefused(NodeEvidence node) {
    return node.available() == 0
        || (node.snapshot().metrics().isPresent()
            && node.trend(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries()).isRising());
  }

  private static final CheckSpec CUSTOM_NETWORKING =
      CheckSpec.of(
              CheckId.CUSTOM_NETWORKING,
              "`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`, and the pods on the primary ENI and on a trunk"
                  + " ENI",
              "warn if custom networking is on, but pods hold addresses of the primary ENI or of a"
                  + " trunk ENI",
              "Restart these pods, or replace the node. Until then they use the node's subnet."
                  + " Remove addresses that someone added to the primary ENI, because ipamD can"
                  + " give them to pods")
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
              "ipamD found addresses on the trunk ENI when it started. The ENI's subnet and its"
                  + " security groups can differ from those of the ENIConfig")
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

  private static final String IF_SHORT = "If doctor --subnets shows few free addresses, ";

  private static final CheckSpec IDLE_ADDRESSES =
      CheckSpec.of(
              CheckId.IDLE_ADDRESSES,
              "free addresses if `WARM_IP_TARGET` is not set",
              "note if warm targets would release at least as many addresses as an ENI has, and no"
                  + " pod waits for an address; warn if the subnet is also short of addresses",
              IF_SHORT
                  + "set WARM_IP_TARGET and MINIMUM_IP_TARGET. ipamD then makes more calls to EC2")
          .needs(POOL, IPV4)
          .see(Pages.ADDRESS_USE);

  private static Finding idleAddresses(NodeEvidence node) {
    Optional<IpamdSettings> settings = node.snapshot().settings();
    List<Eni> enis = node.pool().enis().stream().filter(eni -> !eni.excluded()).toList();
    long total = enis.stream().mapToLong(Eni::totalIpv4).sum();
    long held = enis.stream().mapToLong(Eni::assignedIpv4).sum();
    String evidence = "%d of %d addresses are free".formatted(node.available(), total);
    if (node.mode() != AddressMode.SECONDARY_IP) {
      return IDLE_ADDRESSES.ok("Free addresses in prefixes are normal", evidence);
    } else if (settings.isEmpty() || settings.get().warmIpTarget().isEmpty()) {
      return IDLE_ADDRESSES.notChecked("ipamD does not report its warm targets");
    } else if (settings.get().warmIpTarget().getAsLong() > 0) {
      return IDLE_ADDRESSES.ok("WARM_IP_TARGET is set", evidence);
    }
    long minimum = Math.max(TARGET_STEP, (held + TARGET_STEP - 1) / TARGET_STEP * TARGET_STEP);
    long warm = Math.max(MIN_WARM_TARGET, minimum / PODS_PER_WARM_ADDRESS);
    long saved = total - Math.max(held + warm, minimum);
    long perEni = enis.stream().mapToLong(Eni::totalIpv4).max().orElse(0);
    String targets = "WARM_IP_TARGET=%d MINIMUM_IP_TARGET=%d".formatted(warm, minimum);
    return saved > 0 && saved >= perEni
        ? IDLE_ADDRESSES
            .note(
                "Many addresses are idle",
                "%s; warm targets would release %d".formatted(evidence, saved),
                "The default WARM_ENI_TARGET keeps a whole ENI free")
            .remedied(
                IDLE_ADDRESSES
                    .remedy()
                    .replace("WARM_IP_TARGET and MINIMUM_IP_TARGET", targets.replace(" ", " and ")),
                AwsNodeCommands.setting(targets, AgentCommands.doctor("--subnets")))
        : IDLE_ADDRESSES.ok("Few addresses are idle", evidence);
  }

  /**
   * Changes the finding about idle addresses. If pods of this node wait, it becomes ok, because the
   * node must release no address. If EC2 throttles ipamD, it also becomes ok, because smaller warm
   * targets cause more calls to EC2. If the subnet has few free addresses, it becomes a warning,
   * because other nodes need the idle ones.
   */
  static Finding besideOthers(Finding finding, List<Finding> findings) {
    if (finding.check() != CheckId.IDLE_ADDRESSES || finding.level() != Level.NOTE) {
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
            .remedied(
                finding.remedy().replace(IF_SHORT + "set", "Set"), finding.advice().commands())
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

  private static final CheckSpec TYPE =
      CheckSpec.of(
              CheckId.INSTANCE_TYPE,
              "the instance type, the bundled table of limits, and ipamD's gauges",
              "warn if the effective maximum of the node is unknown, or if EC2's errors show that"
                  + " ipamD's limits are too high; note if ipamD's limits differ from the table,"
                  + " or if the type is unknown or not in the table",
              "If the instance type is new, upgrade the agent. Otherwise let the agent read"
                  + " instance metadata and ipamD's metrics")
          .run(AgentCommands.LOG)
          .see(Pages.INSTANCE_TYPES);

  static final Check INSTANCE_TYPE = TYPE.check(NodeSetup::instanceType);

  private static Finding instanceType(NodeEvidence node) {
    Optional<Problem> unknown = node.last().reading().capacity().problem();
    Optional<String> type = node.snapshot().instance().type();
    if (unknown.isPresent()) {
      return TYPE.warn(
          "The node's maximum is unknown",
          unknown.get().fact(),
          "Neither the table of limits nor ipamD's gauges show the maximum");
    } else if (type.isEmpty()) {
      return TYPE.note(
          "The instance type is unknown",
          "instance metadata does not report the type",
          "Instance metadata is switched off, or the agent cannot read it");
    }
    return InstanceLimits.of(type.get())
        .map(limit -> limits(node, type.get(), limit))
        .orElseGet(
            () ->
                TYPE.note(
                    "The instance type is not in the table of limits",
                    type.get(),
                    "The type is newer than this agent. The agent uses ipamD's gauges instead"));
  }

  private static Finding limits(NodeEvidence node, String type, InstanceLimits.Limit table) {
    String byTable = product(table.enis(), table.podIpv4PerEni());
    Optional<IpamdLimits> ipamd = IpamdLimits.of(node, table);
    if (ipamd.isEmpty()) {
      return TYPE.ok("The instance type is known", "%s: %s for pods".formatted(type, byTable));
    }
    double attachments = refused(node, Cause.ATTACHMENT_LIMIT);
    double assignments = refused(node, Cause.ENI_LIMIT);
    boolean enisProved = ipamd.get().enis() > table.enis() && attachments > 0;
    boolean addressesProved = ipamd.get().perEni() > table.podIpv4PerEni() && assignments > 0;
    String evidence =
        "for %s EC2 permits %s for pods, and ipamD assumes %s"
            .formatted(type, byTable, product(ipamd.get().enis(), ipamd.get().perEni()));
    String cause = "This release of the VPC CNI has a wrong limit for this instance type";
    if (!enisProved && !addressesProved) {
      return TYPE.note(
              "ipamD and EC2 have different limits for this instance type", evidence, cause)
          .remedied(
              "Upgrade the older of the VPC CNI and the agent. It is unknown which limit is right,"
                  + " because EC2 has not refused a call of ipamD yet",
              AwsNodeCommands.UPGRADE);
    }
    String answers =
        Stream.of(
                enisProved ? answered(Cause.ATTACHMENT_LIMIT, attachments) : "",
                addressesProved ? answered(Cause.ENI_LIMIT, assignments) : "")
            .filter(answer -> !answer.isEmpty())
            .collect(Collectors.joining(" and "));
    return TYPE.warn(
            "ipamD's limits for %s are too high".formatted(type),
            "%s; EC2 answered %s".formatted(evidence, answers),
            cause + ". ipamD never corrects this limit")
        .remedied("Upgrade the VPC CNI" + lowerMaxPods(node, table), AwsNodeCommands.UPGRADE);
  }

  private static String product(long enis, long perEni) {
    return "%s × %s".formatted(EvidenceText.enis(enis), EvidenceText.addresses(perEni));
  }

  private static String answered(Cause cause, double times) {
    return "%s %.0f times".formatted(String.join(", ", cause.ec2Codes()), times);
  }

  /** How often EC2 has refused calls for this cause since ipamD started. */
  private static double refused(NodeEvidence node, Cause cause) {
    return node.snapshot()
        .metrics()
        .map(metrics -> metrics.apiErrors(cause.ec2Codes()))
        .orElse(0.0);
  }

  private static String lowerMaxPods(NodeEvidence node, InstanceLimits.Limit table) {
    if (node.mode() == AddressMode.PREFIX) {
      return "";
    }
    int reachable = table.enis() * table.podIpv4PerEni();
    return ". Until then, set the kubelet's max-pods to %d in the launch template of the node group"
        .formatted(reachable + node.agentSettings().hostNetworkPods());
  }

  /**
   * The limits that ipamD's gauges show.
   *
   * @param perEni the number of single addresses for pods on an ENI
   */
  private record IpamdLimits(long enis, long perEni) {
    /**
     * Returns ipamD's limits if they contradict the table. Fewer ENIs than in the table are no
     * contradiction, because MAX_ENI and unmanaged ENIs lower the number.
     */
    static Optional<IpamdLimits> of(NodeEvidence node, InstanceLimits.Limit table) {
      OptionalLong perEni = node.addressesPerEni();
      if (perEni.isEmpty() || hasSeveralCards(node)) {
        return Optional.empty();
      }
      long factor = node.mode() == AddressMode.PREFIX ? NodeCapacity.ADDRESSES_PER_PREFIX : 1;
      IpamdLimits limits =
          new IpamdLimits(
              (long) node.total(MetricCatalog.ENI_MAX_AVAILABLE), perEni.getAsLong() / factor);
      boolean contradicts =
          limits.enis() > table.enis() || limits.perEni() != table.podIpv4PerEni();
      return Optional.of(limits).filter(any -> contradicts);
    }

    private static boolean hasSeveralCards(NodeEvidence node) {
      return node.snapshot()
          .pool()
          .filter(pool -> pool.enis().stream().anyMatch(eni -> eni.networkCard() > 0))
          .isPresent();
    }
  }

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

  private static final CheckSpec CNI_RELEASE =
      CheckSpec.of(
              CheckId.CNI_RELEASE,
              "`awscni_build_info`, and a table of releases with known bugs",
              "warn if the release has a known bug; note if the release has a known limitation",
              "Upgrade the VPC CNI. If the bug does not affect the node, this can wait")
          .run(AwsNodeCommands.RELEASES, AwsNodeCommands.UPGRADE)
          .needs(METRICS)
          .see(Pages.RELEASES);

  /**
   * A bug that the release notes or the issues of the VPC CNI describe.
   *
   * @param here whether the bug affects a node, and why
   */
  private record KnownBug(
      String release, Level level, String text, Function<NodeEvidence, String> here) {}

  private static final List<KnownBug> KNOWN_BUGS =
      List.of(
          new KnownBug(
              "v1.16.3",
              Level.WARN,
              "ipamD can use a whole CPU when the node has no room for another ENI. Release"
                  + " 1.16.4 fixes this bug",
              NodeSetup::withoutRoomForEni),
          new KnownBug(
              "v1.19.4",
              Level.WARN,
              "Custom networking and security groups for pods do not work together. Release"
                  + " 1.19.5 fixes this bug",
              NodeSetup::withBothNetworks),
          new KnownBug(
              "v1.23.0",
              Level.NOTE,
              "This release needs network policy agent 1.4.1 or later. Release 1.23.1 fixes this",
              node -> "Without network policies it does not matter"));

  private static final String AFFECTED = "It affects this node, because ";
  private static final String NOT_AFFECTED = "It does not affect this node now, because ";

  private static String withoutRoomForEni(NodeEvidence node) {
    long enis = node.snapshot().pool().map(AddressPool::eniCount).orElse(0);
    double most = node.total(MetricCatalog.ENI_MAX_AVAILABLE);
    if (enis == 0 || most == 0) {
      return "It affects a node that has no room for another ENI";
    }
    return (enis >= most ? AFFECTED : NOT_AFFECTED)
        + "the node has %d of %.0f ENIs".formatted(enis, most);
  }

  private static String withBothNetworks(NodeEvidence node) {
    if (node.snapshot().settings().isEmpty()) {
      return "It affects this node if aws-node sets both AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG and"
          + " ENABLE_POD_ENI to true";
    } else if (!node.customNetworking()) {
      return NOT_AFFECTED + "its custom networking is off";
    }
    return node.snapshot().pool().filter(AddressPool::hasTrunk).isPresent()
        ? AFFECTED + "it has custom networking and a trunk ENI"
        : NOT_AFFECTED + "it has no trunk ENI, so no pod has security groups of its own";
  }

  private static Finding cniRelease(NodeEvidence node) {
    Optional<String> version = node.metrics().cniVersion();
    if (version.isEmpty()) {
      return newerThanBugs(node)
          .map(
              least ->
                  CNI_RELEASE.ok(
                      "The release is newer than those with known bugs",
                      "ipamD does not report it, but answers like %s or later".formatted(least)))
          .orElseGet(() -> CNI_RELEASE.notChecked("ipamD does not report its release"));
    }
    // EKS appends its own build number, as in v1.19.4-eksbuild.1.
    String release = version.get().split("-", 2)[0];
    return KNOWN_BUGS.stream()
        .filter(bug -> bug.release().equals(release))
        .findFirst()
        .map(bug -> cniRelease(node, bug, version.get()))
        .orElseGet(() -> CNI_RELEASE.ok("The release has no known bug", version.get()));
  }

  /**
   * Returns the oldest release that answers as this ipamD does; empty if this release perhaps has
   * known bugs.
   */
  static Optional<String> newerThanBugs(NodeEvidence node) {
    boolean subnets =
        node.snapshot()
            .pool()
            .filter(pool -> pool.eniCount() > 0 && pool.reportsSubnets())
            .isPresent();
    if (subnets) {
      return Optional.of("1.22.0");
    }
    return IpamdProcess.reportsStarts(node.metrics()) ? Optional.of("1.20.0") : Optional.empty();
  }

  private static Finding cniRelease(NodeEvidence node, KnownBug bug, String version) {
    String evidence = "ipamD reports its release as " + version;
    String cause = "%s. %s".formatted(bug.text(), bug.here().apply(node));
    return bug.level() == Level.WARN
        ? CNI_RELEASE.warn("VPC CNI %s has a known bug".formatted(bug.release()), evidence, cause)
        : CNI_RELEASE.note(
            "VPC CNI %s has a known limitation".formatted(bug.release()), evidence, cause);
  }
}
