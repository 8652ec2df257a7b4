package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.capacity.ReservedEnis;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdError;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Checks for a free ENI slot that ipamD does not use although pods need addresses. */
final class UnusedSlots {
  private UnusedSlots() {}

  static List<Check> checks(Probes.EniConfig eniConfig) {
    return List.of(
        TRUNK_SLOT.check(UnusedSlots::trunkSlot),
        ENICONFIG.check(node -> eniConfig(node, eniConfig)));
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
    Trend refusals = node.refusals();
    double errors = node.total(NodeCapacity.TRUNK_ERRORS);
    boolean known = errors > 0 && node.capacity().cards().stream().anyMatch(CardCapacity::isFull);
    boolean possible = known || !node.customNetworking();
    boolean uncounted = RefusedPods.refusesWithoutCount(node);
    boolean old = CniReleases.mayBeBefore(node, "1.20.4");
    if ((!old && isWithoutTrunks(node))
        || (refusals.total() == 0 && !uncounted)
        || !possible
        || !lacksOnlyTheLastEni(node)) {
      return TRUNK_SLOT.ok("No slot is kept for a trunk ENI", evidence);
    }
    String cause =
        "If ENABLE_POD_ENI is true, ipamD keeps one slot for a trunk ENI. "
            + (old
                ? "Releases before 1.20.4 do so even if the instance type cannot have a trunk ENI. "
                : "")
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
                evidence + (Ec2Calls.areVisible(node) ? "; ipamD makes no call to EC2" : ""),
                cause)
            .since(refusals.since())
        : TRUNK_SLOT.ok("No slot is kept for a trunk ENI", evidence);
  }

  private static boolean isWithoutTrunks(NodeEvidence node) {
    return node.typeLimit()
        .filter(limit -> limit.branchEnis().equals(OptionalInt.of(0)))
        .isPresent();
  }

  /**
   * Changes a finding about a slot that ipamD does not use. If an attached ENI is missing in the
   * pool, no slot is free. If such an ENI is only possible, the finding names it as a second
   * possible cause.
   */
  static Finding besideLostEni(NodeEvidence node, Finding finding, List<Finding> findings) {
    Level lostEni =
        findings.stream()
            .filter(other -> other.check() == CheckId.LOST_ENI)
            .map(Finding::level)
            .findFirst()
            .orElse(Level.OK);
    if (!finding.isPresent() || lostEni == Level.OK) {
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
    Trend refusals = node.refusals();
    return node.last().isEmptyWithRoom()
        && (refusals.isRising() || !refusals.known() || RefusedPods.refusesWithoutCount(node))
        && !Ec2Calls.mayAddAddresses(node)
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
        .filter(eni -> !ReservedEnis.contains(node.snapshot(), eni))
        .allMatch(eni -> eni.totalIpv4() >= perEni);
  }

  /** Whether calls to EC2 fail now, or perhaps fail now. */
  static boolean ec2Fails(NodeEvidence node) {
    return node.trend(Ec2Calls.IS_ANSWER).mayRise()
        || node.trend(MetricCatalog.EC2_API_ERR_COUNT).isRising();
  }

  private static final CheckSpec ENICONFIG =
      CheckSpec.of(
              CheckId.ENICONFIG,
              "`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`, the ENIs, and ipamD's errors",
              "fail if custom networking is on, but there is no ENI for pods and no error of EC2;"
                  + " warn if ipamD has just started, or if an address is available",
              "Create an ENIConfig with the name that ipamD looks for. The name is the value of an"
                  + " annotation of the node, or else of a label, often of the zone's label."
                  + " ENI_CONFIG_ANNOTATION_DEF and ENI_CONFIG_LABEL_DEF of aws-node are their"
                  + " keys. If the node has neither, the name is \"default\"")
          .run(
              PodCommands.IS_CORDONED,
              AwsNodeCommands.settingsLike("ENI_CONFIG"),
              Command.of(
                  "kubectl get node "
                      + Placeholder.NODE
                      + " -o jsonpath='{.metadata.annotations}{\"\\n"
                      + "\"}{.metadata.labels}{\"\\n"
                      + "\"}'"),
              EniCommands.ENICONFIGS)
          .needs(POOL, METRICS, IPV4)
          .see(Pages.CUSTOM_NETWORKING);

  private static Finding eniConfig(NodeEvidence node, Probes.EniConfig wanted) {
    if (node.snapshot().settings().isEmpty()) {
      return ENICONFIG.notChecked("ipamD does not report its settings");
    }
    String evidence =
        "custom networking is %s; %s"
            .formatted(node.customNetworking() ? "on" : "off", EvidenceText.of(node.pool()));
    if (!node.customNetworking() || !lacksEniConfig(node)) {
      return ENICONFIG.ok("Custom networking is off, or has an ENI for pods", evidence);
    }
    boolean failed = node.trend(MetricCatalog.EC2_API_ERR_COUNT).mayRise();
    return withoutEniConfig(
        node, evidence + (failed ? "" : "; no call to EC2 fails now"), wanted.name());
  }

  /**
   * Whether ipamD needs an ENI and does not request one. Without an ENIConfig ipamD makes no ENI
   * that it can release, and counts no error.
   */
  private static boolean lacksEniConfig(NodeEvidence node) {
    boolean refused =
        node.total(MetricCatalog.NO_AVAILABLE_IP_ADDRS) > 0
            || RefusedPods.refusesWithoutCount(node);
    boolean needs =
        (hasNoEniForPods(node) && needsEni(node))
            || (refused && isStuck(node) && podEnisAreFull(node));
    boolean requests =
        Ec2Calls.mayAddAddresses(node)
            || ec2Fails(node)
            || node.trend(IpamdError::isOfGrowth).mayRise();
    return needs && !requests && (refused || !Ec2Calls.hasDetached(node));
  }

  private static boolean hasNoEniForPods(NodeEvidence node) {
    return node.pool().enis().stream().allMatch(Eni::primary);
  }

  private static Finding withoutEniConfig(
      NodeEvidence node, String evidence, Optional<String> name) {
    boolean lastSlot =
        node.pool().eniCount() == node.total(MetricCatalog.ENI_MAX_AVAILABLE) - 1
            && !node.hasTrunk();
    String cause =
        ("Either no valid ENIConfig %s, or %sthe node is cordoned. In each case ipamD creates no"
                + " ENI, and counts no error")
            .formatted(
                name.map("%s exists"::formatted).orElse("has the name that ipamD looks for"),
                lastSlot ? "ENABLE_POD_ENI keeps the last slot for a trunk ENI, or " : "");
    if (!hasNoEniForPods(node) && !node.showsTrend()) {
      return ENICONFIG
          .note("Perhaps custom networking finds no ENIConfig", evidence, cause)
          .remedied(
              "Poll twice, to see whether ipamD requests an ENI",
              AgentCommands.doctor("--polls 2"));
    }
    Finding finding =
        ENICONFIG
            .fail(
                lastSlot
                    ? "ipamD finds no ENIConfig, or keeps a slot for a trunk ENI"
                    : "Custom networking finds no ENIConfig for this node",
                evidence,
                cause)
            .at(node.available() > 0 || node.justStarted() ? Level.WARN : Level.FAIL);
    List<Command> more = lastSlot ? TRUNK_SLOT_COMMANDS : List.of();
    return name.map(wanted -> createdBy(finding, node.pool(), wanted, more))
        .orElseGet(
            () ->
                finding.remedied(
                    finding.remedy(), Command.join(finding.advice().commands(), more)));
  }

  /**
   * Advises to create the ENIConfig. The manifest has the values of an ENI of this node and can be
   * applied unchanged.
   */
  private static Finding createdBy(
      Finding finding, AddressPool pool, String name, List<Command> more) {
    String eni =
        pool.enis().stream()
            .min(Comparator.comparing(Eni::primary).thenComparing(Eni::deviceNumber))
            .orElseThrow()
            .id();
    String create =
        "If the node is cordoned, uncordon the node. If the ENIConfig "
            + name
            + " does not exist, or if its GROUPS are not a list, write the ENIConfig to a file,"
            + " check the subnet in the file, and apply the file";
    String exists =
        ". If the ENIConfig exists and there is no SecurityGroupPolicy, set ENABLE_POD_ENI to"
            + " false";
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
}
