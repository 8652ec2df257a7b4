package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Checks that compare the ENIs of the instance with the ENIs that ipamD lists. */
final class InstanceEnis {
  private InstanceEnis() {}

  static List<Check> checks(Probes.AttachedEnis attachedEnis) {
    Probes.AttachedEnis once = attachedEnis.once();
    return List.of(
        instanceEnis(once), LOST_ENI.check(node -> lostEni(node, once)).withIo(ENIS_LIMIT));
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
                      + " the ENI from its pool after about a minute")
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
                  "The ENI has the tag node.k8s.amazonaws.com/no_manage, is for EFA only, or is on"
                      + " a network card that ipamD does not use. On IPv6, and if"
                      + " MANAGE_UNTAGGED_ENI is false, ipamD manages only ENIs that it created")
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
    return Ec2Calls.areVisible(node) && !Ec2Calls.mayAddAddresses(node) && !node.justStarted()
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
                    poll.isEmptyWithRoom()
                        && poll.snapshot().pool().map(AddressPool::eniCount).orElse(0)
                            == node.pool().eniCount())
        && node.typeLimit()
            .filter(limit -> !limit.hasSeveralCards())
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
}
