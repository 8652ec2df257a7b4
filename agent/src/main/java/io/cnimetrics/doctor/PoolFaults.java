package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdError;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Checks for pools with wrong addresses, and for pools that cannot grow although EC2 answers. */
final class PoolFaults {
  private PoolFaults() {}

  static List<Check> checks(
      Probes.Addresses primary, Probes.Pool pool, Probes.EniConfig eniConfig) {
    return List.of(
        LEAKED.check(PoolFaults::leaked),
        impossiblePool(primary, pool),
        TRUNK_SLOT.check(PoolFaults::trunkSlot),
        ENICONFIG.check(node -> eniConfig(node, eniConfig)),
        IPV6_PREFIX.check(PoolFaults::ipv6Prefix));
  }

  /** The highest max-pods that EKS recommends for any node. */
  private static final int MOST_RECOMMENDED_PODS = 250;

  static final CheckSpec LEAKED =
      CheckSpec.of(
              CheckId.LEAKED_ADDRESSES,
              "addresses that pods hold, the kubelet's max-pods, and the host's routes to pods",
              "fail if no address is available, and pods hold more addresses than the kubelet"
                  + " admits pods, or a tenth of the held addresses has no route and no pod; warn"
                  + " if an address is available; note if max-pods is assumed, or if fewer"
                  + " addresses leaked",
              "If get pods counts fewer pods than ipamD holds addresses, restart aws-node: ipamD"
                  + " then releases the addresses of pods that no longer exist. If the trouble"
                  + " comes back, upgrade the VPC CNI. More addresses or prefixes do not help")
          .run(PodCommands.POD_COUNT, AwsNodeCommands.RESTART)
          .needs(POOL, IPV4)
          .see(Pages.TROUBLESHOOTING);

  private static Finding leaked(NodeEvidence node) {
    boolean known = node.agentSettings().maxPods().source().isPresent();
    int maxPods = known ? node.agentSettings().maxPods().pods() : MOST_RECOMMENDED_PODS;
    int most = new PodLimits(maxPods, node.agentSettings().hostNetworkPods()).mostWithAddress();
    long held = node.heldByPods();
    String limit =
        known
            ? "the kubelet admits %d pods, at least %d of them on the host's network"
                .formatted(maxPods, maxPods - most)
            : "max-pods is unknown, and assumed to be at most %d".formatted(maxPods);
    String evidence = "pods hold %s; %s".formatted(EvidenceText.addresses(held), limit);
    if (held <= most) {
      return LEAKED.ok("Pods do not hold more addresses than there can be pods", evidence);
    }
    String cause =
        "Pods hold more addresses than the node can have pods. ipamD did not notice that some pods"
            + " ended, and keeps their addresses";
    if (!known) {
      return LEAKED
          .note("Addresses may have leaked", evidence, cause)
          .remedied(
              "Run doctor again with the kubelet's max-pods",
              AgentCommands.doctor(
                  "--max-pods \"$(kubectl get node "
                      + Placeholder.NODE
                      + " -o jsonpath='{.status.capacity.pods}')\""));
    }
    String title = Cause.LEAKED.title();
    return node.available() == 0
        ? LEAKED.fail(title, evidence + "; 0 addresses are available", cause)
        : LEAKED.warn(title, evidence, cause);
  }

  private static final Duration PRIMARY_LIMIT = Duration.ofSeconds(3);

  private static final CheckSpec IMPOSSIBLE_POOL =
      CheckSpec.of(
              CheckId.IMPOSSIBLE_POOL,
              "the addresses of each ENI in `/v1/enis`, the limits of the instance type, and"
                  + " `local-ipv4s` of instance metadata",
              "warn if an ENI has more addresses than the instance type allows, or if a primary"
                  + " address is in the pool",
              "Upgrade the VPC CNI: release 1.22.2 has this bug on SageMaker HyperPod, and 1.22.4"
                  + " fixes it. Then restart the pods that have a primary address")
          .run(PodCommands.PODS_OF_NODE, AwsNodeCommands.UPGRADE)
          .needs(POOL, IPV4)
          .see(Pages.RELEASES);

  static Check impossiblePool(Probes.Addresses primary, Probes.Pool pool) {
    return IMPOSSIBLE_POOL.check(node -> impossiblePool(node, primary, pool)).withIo(PRIMARY_LIMIT);
  }

  private static Finding impossiblePool(
      NodeEvidence node, Probes.Addresses primary, Probes.Pool listed) {
    String cause =
        "ipamD put an ENI's primary address into the pool. If a pod gets this address, the pod or"
            + " the node has no network";
    List<Eni> overfull = node.pool().enis().stream().filter(eni -> overfull(node, eni)).toList();
    if (!overfull.isEmpty()) {
      String evidence =
          overfull.stream()
              .map(eni -> "%s has %s".formatted(eni.id(), EvidenceText.addresses(slots(eni))))
              .collect(Collectors.joining("; "));
      return IMPOSSIBLE_POOL.warn(
          "An ENI has more addresses than the instance type allows",
          "%s; %s allows %d for pods on an ENI"
              .formatted(evidence, node.snapshot().instance().type().orElse(""), mostSlots(node)),
          cause);
    }
    List<String> own = primary.read();
    List<String> pooled = listed.read().all().stream().filter(own::contains).distinct().toList();
    return pooled.isEmpty()
        ? IMPOSSIBLE_POOL.ok("The pool contains no primary address", EvidenceText.of(node.pool()))
        : IMPOSSIBLE_POOL.warn(
            "A primary address of this node is in the pool for pods",
            String.join(", ", pooled),
            cause);
  }

  /** The most addresses for pods on an ENI of any instance type: 50, minus the primary address. */
  private static final int MOST_POD_ADDRESSES = 49;

  private static boolean overfull(NodeEvidence node, Eni eni) {
    return slots(eni) > mostSlots(node);
  }

  /** The used slots of an ENI. A single address uses one slot, and a prefix uses one slot. */
  private static long slots(Eni eni) {
    return eni.single().total() + eni.prefixes();
  }

  /** The larger of the table's and the gauge's limit, because each is wrong for some types. */
  private static long mostSlots(NodeEvidence node) {
    long byTable =
        node.snapshot()
            .instance()
            .type()
            .flatMap(InstanceLimits::of)
            .map(InstanceLimits.Limit::podIpv4PerEni)
            .orElse(MOST_POD_ADDRESSES);
    return node.mode() == AddressMode.SECONDARY_IP
        ? Math.max(byTable, node.addressesPerEni().orElse(0))
        : byTable;
  }

  /** ipamD adds ENIs on a cordoned node only if AWS_MANAGE_ENIS_NON_SCHEDULABLE is true. */
  private static final String OF_CORDONED = "On a cordoned node ipamD adds no ENI either";

  private static final List<Command> TRUNK_SLOT_COMMANDS =
      AwsNodeCommands.setting(
          "ENABLE_POD_ENI=false",
          PodCommands.IS_CORDONED,
          AwsNodeCommands.settingsLike("ENABLE_POD_ENI"),
          PodCommands.SECURITY_GROUP_POLICIES);

  private static final CheckSpec TRUNK_SLOT =
      CheckSpec.of(
              CheckId.TRUNK_SLOT,
              "the number of ENIs and `awscni_eni_max`, refused pods, and ipamD's calls to EC2",
              "warn if pods are refused while ipamD does not request the last ENI that fits; note"
                  + " if a single poll cannot show this",
              "If there is no SecurityGroupPolicy, no pod needs ENABLE_POD_ENI: set it to false."
                  + " Otherwise lower the kubelet's max-pods in the node group's launch template:"
                  + " then pods go to other nodes")
          .run(TRUNK_SLOT_COMMANDS)
          .needs(POOL, METRICS, IPV4)
          .see(Pages.POD_SECURITY_GROUPS);

  private static Finding trunkSlot(NodeEvidence node) {
    AddressPool pool = node.pool();
    double most = node.total(MetricCatalog.ENI_MAX_AVAILABLE);
    String evidence =
        "%d of %.0f ENIs are attached, and none is a trunk ENI; the node has %d of %.0f addresses"
            .formatted(
                pool.eniCount(),
                most,
                pool.totalIpv4(),
                node.total(MetricCatalog.MAX_IP_ADDRESSES));
    Trend refusals = node.trend(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries());
    double errors = node.total(NodeCapacity.TRUNK_ERRORS);
    boolean known = errors > 0 && node.capacity().cards().stream().anyMatch(CardCapacity::isFull);
    boolean possible = known || !node.customNetworking();
    boolean uncounted = PodAddresses.refusesWithoutCount(node);
    if ((refusals.total() == 0 && !uncounted) || !possible || !lacksOnlyTheLastEni(node)) {
      return TRUNK_SLOT.ok("No slot is kept for a trunk ENI", evidence);
    }
    String cause =
        "If ENABLE_POD_ENI is true, ipamD keeps one slot for a trunk ENI. Releases before 1.20.4 do"
            + " so even if the instance type cannot have a trunk ENI. "
            + OF_CORDONED;
    String title = "ipamD keeps the last ENI slot for a trunk ENI";
    if (known && (refusals.mayRise() || uncounted)) {
      String failed = "%s; %.0f requests for the trunk ENI failed".formatted(evidence, errors);
      return TRUNK_SLOT.warn(title, failed, cause).since(refusals.since());
    }
    if (!refusals.known()) {
      return TRUNK_SLOT
          .note("Perhaps ipamD keeps the last ENI slot for a trunk ENI", evidence, cause)
          .remedied(
              "Poll twice, to see whether ipamD requests the last ENI",
              AgentCommands.doctor("--polls 2"));
    }
    return isStuck(node) && !ec2Fails(node)
        ? TRUNK_SLOT
            .warn(
                title,
                evidence + (IpamdWork.seesCalls(node) ? "; ipamD makes no call to EC2" : ""),
                cause)
            .since(refusals.since())
        : TRUNK_SLOT.ok("No slot is kept for a trunk ENI", evidence);
  }

  /**
   * Changes a finding about a missing prefix, or about a slot that ipamD does not use. EC2's answer
   * to the call for the prefix explains why the node has none. If an attached ENI is missing in the
   * pool, no slot is free. If such an ENI is only possible, the finding names it as a second
   * possible cause.
   */
  static Finding besideOthers(NodeEvidence node, Finding finding, List<Finding> findings) {
    if (finding.check() == CheckId.IPV6_PREFIX && finding.isPresent()) {
      return findings.stream()
          .filter(other -> Ec2Errors.explainsIpv6Prefix(node, other))
          .findFirst()
          .map(finding::explainedBy)
          .orElse(finding);
    }
    boolean ofSlot = finding.check() == CheckId.TRUNK_SLOT || finding.check() == CheckId.ENICONFIG;
    Level lostEni =
        findings.stream()
            .filter(other -> other.check() == CheckId.LOST_ENI)
            .map(Finding::level)
            .findFirst()
            .orElse(Level.OK);
    if (!ofSlot || !finding.isPresent() || lostEni == Level.OK) {
      return finding;
    } else if (lostEni == Level.FAIL || lostEni == Level.WARN) {
      CheckSpec spec = finding.check() == CheckId.TRUNK_SLOT ? TRUNK_SLOT : ENICONFIG;
      return spec.ok("No ENI slot is free", "an attached ENI is missing in ipamD's pool");
    }
    Finding orLost =
        finding
            .causedBy(
                finding.cause() + ". Or EC2 has attached an ENI that is missing in ipamD's pool")
            .remedied(
                "If the instance has more ENIs than ipamD's pool, restart aws-node. Otherwise: "
                    + finding.remedy(),
                Command.join(
                    List.of(EniCommands.ENI_COUNT),
                    finding.advice().commands(),
                    List.of(AwsNodeCommands.RESTART)));
    return lostEni == Level.NOTE
        ? orLost.titled("Perhaps " + Verdict.clause(finding.title())).at(Level.NOTE)
        : orLost;
  }

  /** Whether pods are refused, the pool does not grow, and ipamD makes no call to EC2. */
  private static boolean isStuck(NodeEvidence node) {
    Trend refusals = node.trend(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries());
    return PodAddresses.isEmptyWithRoom(node.last())
        && (refusals.isRising() || !refusals.known() || PodAddresses.refusesWithoutCount(node))
        && !IpamdWork.addsAddresses(node)
        && node.polls().stream().allMatch(poll -> sameSize(poll, node.pool()));
  }

  private static boolean sameSize(Poll poll, AddressPool pool) {
    return poll.snapshot()
        .pool()
        .filter(
            before ->
                before.eniCount() == pool.eniCount() && before.totalIpv4() == pool.totalIpv4())
        .isPresent();
  }

  /** Whether the attached ENIs are full, no address is available, and one more ENI fits. */
  private static boolean lacksOnlyTheLastEni(NodeEvidence node) {
    AddressPool pool = node.pool();
    double most = node.total(MetricCatalog.ENI_MAX_AVAILABLE);
    return node.addressesPerEni().isPresent()
        && pool.eniCount() == most - 1
        && node.available() == 0
        && pool.enis().stream().noneMatch(eni -> eni.trunk() || eni.networkCard() > 0)
        && podEnisAreFull(node);
  }

  /** Whether fewer addresses are available than ipamD keeps available by its settings. */
  private static boolean needsEni(NodeEvidence node) {
    long wholeEni =
        node.mode() == AddressMode.PREFIX
            ? NodeCapacity.ADDRESSES_PER_PREFIX
            : node.addressesPerEni().orElse(1);
    long target = node.warmIpTarget().orElse(0);
    return node.available() < (target > 0 ? target : wholeEni);
  }

  /** Whether ipamD needs a new ENI for more addresses, because the others have no free slot. */
  private static boolean podEnisAreFull(NodeEvidence node) {
    long perEni = node.addressesPerEni().orElse(0);
    return node.pool().enis().stream()
        .filter(eni -> eni.totalIpv4() > 0 && !eni.excluded())
        .allMatch(eni -> eni.totalIpv4() >= perEni);
  }

  /** Whether calls to EC2 fail now, or perhaps fail now. */
  private static boolean ec2Fails(NodeEvidence node) {
    return node.trend(Ec2Errors.IS_OF_EC2).mayRise()
        || node.trend(MetricCatalog.EC2_API_ERR_COUNT.onlySeries()).isRising();
  }

  private static final CheckSpec ENICONFIG =
      CheckSpec.of(
              CheckId.ENICONFIG,
              "`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`, the ENIs, and ipamD's errors",
              "fail if custom networking is on, but there is no ENI for pods and no error of EC2;"
                  + " warn if ipamD has just started, or if an address is available",
              "Create an ENIConfig with the name that ipamD looks for. ENI_CONFIG_LABEL_DEF of"
                  + " aws-node names the label of the node that has this name, often the label of"
                  + " the zone. If the node does not have this label, the name is \"default\"")
          .run(
              PodCommands.IS_CORDONED,
              AwsNodeCommands.settingsLike("ENI_CONFIG"),
              Command.of(
                  "kubectl get node "
                      + Placeholder.NODE
                      + " -L topology.kubernetes.io/zone -L k8s.amazonaws.com/eniConfig"),
              EniCommands.ENICONFIGS)
          .needs(POOL, METRICS, IPV4)
          .see(Pages.CUSTOM_NETWORKING);

  private static Finding eniConfig(NodeEvidence node, Probes.EniConfig wanted) {
    if (node.snapshot().settings().isEmpty()) {
      return ENICONFIG.notChecked("ipamD does not report its settings");
    }
    AddressPool pool = node.pool();
    boolean custom = node.customNetworking();
    String evidence =
        "custom networking is %s; %s; EC2 reports no error"
            .formatted(custom ? "on" : "off", EvidenceText.of(pool));
    boolean noEni = pool.enis().stream().allMatch(Eni::primary);
    boolean refused =
        node.total(MetricCatalog.NO_AVAILABLE_IP_ADDRS) > 0
            || PodAddresses.refusesWithoutCount(node);
    boolean lacks = (noEni && needsEni(node)) || (refused && isStuck(node) && podEnisAreFull(node));
    // Without an ENIConfig ipamD makes no ENI that it can release, and counts no error.
    boolean found =
        (IpamdWork.hasDetached(node) && !refused) || node.trend(IpamdError::isOfGrowth).mayRise();
    if (!custom || found || ec2Fails(node) || IpamdWork.addsAddresses(node) || !lacks) {
      return ENICONFIG.ok("Custom networking is off, or has an ENI for pods", evidence);
    }
    boolean lastSlot =
        pool.eniCount() == node.total(MetricCatalog.ENI_MAX_AVAILABLE) - 1 && !pool.hasTrunk();
    Optional<String> name = wanted.name();
    String title =
        lastSlot
            ? "ipamD finds no ENIConfig, or keeps a slot for a trunk ENI"
            : "Custom networking finds no ENIConfig for this node";
    String missing =
        name.map("no valid ENIConfig %s exists"::formatted)
            .orElse("no valid ENIConfig has the name that ipamD looks for");
    String cause =
        "Either %s, or %sthe node is cordoned. In each case ipamD creates no ENI, and counts no error"
            .formatted(
                missing, lastSlot ? "ENABLE_POD_ENI keeps the last slot for a trunk ENI, or " : "");
    if (!noEni && !node.showsTrend()) {
      return ENICONFIG
          .note("Perhaps custom networking finds no ENIConfig", evidence, cause)
          .remedied(
              "Poll twice, to see whether ipamD requests an ENI",
              AgentCommands.doctor("--polls 2"));
    }
    Finding finding =
        node.available() > 0 || node.justStarted()
            ? ENICONFIG.warn(title, evidence, cause)
            : ENICONFIG.fail(title, evidence, cause);
    List<Command> more = lastSlot ? TRUNK_SLOT_COMMANDS : List.of();
    return name.map(wantedName -> createdBy(finding, pool, wantedName, more))
        .orElseGet(
            () ->
                finding.remedied(
                    finding.remedy(), Command.join(finding.advice().commands(), more)));
  }

  /**
   * Advises to create the ENIConfig. Its file has the values of an ENI of this node, so that it
   * contains no placeholders.
   */
  private static Finding createdBy(
      Finding finding, AddressPool pool, String name, List<Command> more) {
    String eni =
        pool.enis().stream()
            .min(Comparator.comparing(Eni::primary).thenComparing(Eni::deviceNumber))
            .orElseThrow()
            .id();
    String create =
        ("If the node is cordoned, uncordon it. If no ENIConfig has the name %s, or if its GROUPS"
                + " are no list, write one, check its subnet, and apply it")
            .formatted(name);
    String exists =
        ". If it exists and there is no SecurityGroupPolicy, set ENABLE_POD_ENI to false";
    return finding.remedied(
        more.isEmpty() ? create : create + exists,
        Command.join(
            List.of(
                PodCommands.IS_CORDONED,
                EniCommands.ENICONFIGS,
                EniCommands.eniConfigLike(eni, name),
                EniCommands.CREATE_ENICONFIG),
            more));
  }

  private static final CheckSpec IPV6_PREFIX =
      CheckSpec.of(
              CheckId.IPV6_PREFIX,
              "the IPv6 prefixes in `/v1/enis`, and the errors of `AssignIpv6Addresses`",
              "fail if a node with IPv6 has no prefix; warn if ipamD has just started. If EC2"
                  + " denied or throttled the call for the prefix, ec2-denied or ec2-throttled has"
                  + " the remedy",
              "Find the reason in ipamD's log. If the node's subnet has no IPv6 CIDR, add one, or"
                  + " put nodes into other subnets. Then restart aws-node, so that ipamD makes the"
                  + " call again")
          .run(NodeCommands.ERRORS_OF_IPAMD, EniCommands.IPV6_OF_SUBNETS, AwsNodeCommands.RESTART)
          .needs(POOL, METRICS)
          .see(Pages.IPV6);

  private static Finding ipv6Prefix(NodeEvidence node) {
    AddressPool pool = node.pool();
    if (node.mode() != AddressMode.IPV6) {
      return IPV6_PREFIX.ok("Pods use IPv4", EvidenceText.of(pool));
    }
    Optional<Level> level = withoutIpv6Prefix(node);
    if (level.isEmpty()) {
      return IPV6_PREFIX.ok("The node has an IPv6 prefix", EvidenceText.enis(pool.eniCount()));
    }
    List<IpamdError> errors = node.kinds(Ec2Errors.OF_IPV6_PREFIX);
    return IPV6_PREFIX
        .fail(
            "The node has no IPv6 prefix",
            "%s, 0 IPv6 prefixes; %s"
                .formatted(
                    EvidenceText.enis(pool.eniCount()),
                    errors.isEmpty() ? "no error of AssignIpv6Addresses" : node.counts(errors)),
            "ipamD requests the prefix when it starts, and EC2 did not assign a prefix. Usually the"
                + " node's subnet has no IPv6 CIDR, or ipamD did not reach EC2")
        .at(level.get());
  }

  /** The level of the trouble if the node has no IPv6 prefix; empty if pods need none. */
  static Optional<Level> withoutIpv6Prefix(NodeEvidence node) {
    boolean lacks =
        node.mode() == AddressMode.IPV6
            && node.snapshot().pool().filter(pool -> !pool.ipv6()).isPresent();
    boolean refused = node.total(MetricCatalog.NO_AVAILABLE_IP_ADDRS) > 0;
    return lacks
        ? Optional.of(node.justStarted() && !refused ? Level.WARN : Level.FAIL)
        : Optional.empty();
  }
}
