package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressPool;
import java.util.Optional;

/** The check that no pod waits until a released address has cooled. */
final class Cooldown {
  private Cooldown() {}

  private static final CheckSpec SPEC =
      CheckSpec.of(
              CheckId.COOLDOWN,
              "addresses that pods released less than `--ip-cooldown` ago",
              "warn if pods are refused while all free addresses are cooling; note if no pod is"
                  + " refused, or if the refused pods may have ended since",
              "Set WARM_IP_TARGET above the number of pods that end in 30 s; each node then takes"
                  + " more addresses of its subnet. Or, from release 1.15.0 on, set"
                  + " IP_COOLDOWN_PERIOD=10 with the same commands, but no smaller value")
          .needs(POOL, IPV4)
          .see(Pages.VPC_CNI);

  static final Check CHECK = SPEC.check(Cooldown::finding);

  private static Finding finding(NodeEvidence node) {
    AddressPool pool = node.pool();
    if (!pool.coolingKnown()) {
      return SPEC.notChecked("only VPC CNI 1.5.0 and later report the cooldown");
    }
    String evidence =
        "%d addresses are cooling, and %d of %d are available"
            .formatted(pool.cooling(), node.available(), pool.totalIpv4());
    if (!node.last().allFreeAddressesCool()) {
      return SPEC.ok("No pod waits for the cooldown", evidence);
    }
    Trend refusals = node.refusals();
    if (!RefusedPods.refusesNow(node, refusals)) {
      return SPEC.note(
              "All free addresses are cooling",
              evidence,
              "A new pod gets an address only when the first cooldown ends")
          .remedied(
              "Poll again, to see whether pods are refused", AgentCommands.doctor("--polls 3"));
    }
    if (!node.last().isEmptyWithRoom()) {
      return SPEC.warn(
              Cause.COOLDOWN.title(),
              evidence,
              "Pods start and end so fast that all free addresses are cooling, and the node cannot"
                  + " have more addresses")
          .remedied(
              "From release 1.15.0 on, set IP_COOLDOWN_PERIOD=10, but no smaller value. If this is"
                  + " not enough, lower the kubelet's max-pods, so that more pods start on other"
                  + " nodes",
              AwsNodeCommands.setting(
                  "IP_COOLDOWN_PERIOD=10",
                  AwsNodeCommands.settingsLike("COOLDOWN"),
                  PodCommands.NODE_GROUP));
    }
    long ending = (pool.cooling() / PodAddresses.WARM_STEP + 1) * PodAddresses.WARM_STEP;
    long present = node.warmIpTarget().orElse(0);
    long warm = ending > present ? ending : present + PodAddresses.WARM_STEP;
    return SPEC.warn(
            Cause.COOLDOWN.title(),
            evidence,
            "Pods start and end so fast that all free addresses are cooling. Because ipamD counts"
                + " cooling addresses as free, ipamD requests no more addresses from EC2")
        .remedied(
            SPEC.remedy(),
            AwsNodeCommands.setting(
                "WARM_IP_TARGET=" + warm, AwsNodeCommands.settingsLike("-E '_TARGET|COOLDOWN'")));
  }

  /**
   * Whether all free addresses are cooling while pods request some, or perhaps request some. True
   * only for releases that do not count refused pods.
   */
  static boolean mayRefuseWhileCooling(NodeEvidence node) {
    return RefusedPods.countsNoRefusals(node)
        && node.last().allFreeAddressesCool()
        && node.trend(MetricCatalog.ADD_REQ_COUNT).mayRise();
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
    if (node.snapshot().pool().isEmpty() || !node.last().allFreeAddressesCool()) {
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
