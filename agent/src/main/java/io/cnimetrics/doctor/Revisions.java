package io.cnimetrics.doctor;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The second pass over the findings. A check judges the node alone; here each finding is judged
 * beside the others. Some findings change, causes explain symptoms, and the worst come first.
 */
final class Revisions {
  private Revisions() {}

  /** Changes a finding of one check because of the findings of other checks. */
  private interface Revision {
    Finding of(NodeEvidence node, Finding finding, List<Finding> findings);
  }

  private static final Revision NONE = (node, finding, findings) -> finding;

  private static final Map<CheckId, Revision> OF_CHECKS =
      Map.of(
          CheckId.IDLE_ADDRESSES, NodeSetup::weighIdleAddresses,
          CheckId.TRUNK_SLOT, UnusedSlots::besideLostEni,
          CheckId.ENICONFIG, UnusedSlots::besideLostEni,
          CheckId.IPV6_PREFIX, Ipv6Prefix::explained,
          CheckId.POD_ENIS, IpamdWork::withoutNeedlessNote,
          CheckId.NODE_FULL, NodeMaximum::besideEmptySubnet);

  /** Returns the revised findings, the worst first, and each cause before its symptoms. */
  static List<Finding> apply(NodeEvidence node, List<Finding> findings) {
    List<Finding> revised =
        findings.stream()
            .filter(finding -> !isOutdone(finding, findings))
            .map(finding -> revision(finding).of(node, finding, findings).onNode(node))
            .toList();
    List<Finding> explained = Explanations.apply(revised);
    return explained.stream().sorted(order(explained)).toList();
  }

  private static Revision revision(Finding finding) {
    return OF_CHECKS.getOrDefault(finding.check(), NONE);
  }

  /**
   * Two checks look for leaked addresses. Only the worse finding stays. If both are equally bad,
   * the later one stays, because it names the addresses.
   */
  private static boolean isOutdone(Finding finding, List<Finding> findings) {
    return finding.check() == CheckId.LEAKED_ADDRESSES
        && findings.stream()
            .filter(other -> other.check() == finding.check())
            .min(
                Comparator.comparing(Finding::level)
                    .thenComparing(other -> -findings.indexOf(other)))
            .filter(worst -> !worst.equals(finding))
            .isPresent();
  }

  /**
   * Among findings of one level, the reason why pods are refused is first, and problems after a pod
   * got its address are last. Among warnings, failed requests of pods are first.
   */
  private static Comparator<Finding> order(List<Finding> findings) {
    return Comparator.comparing(Finding::level)
        .thenComparing(finding -> finding.explainedBy().isPresent())
        .thenComparing(finding -> !Verdict.isUrgent(finding))
        .thenComparing(finding -> !refuses(finding, findings))
        .thenComparing(finding -> isLater(finding, findings))
        .thenComparing(
            finding -> finding.level() != Level.WARN || finding.check() != CheckId.FAILED_REQUESTS);
  }

  private static boolean refuses(Finding cause, List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.check() == CheckId.REFUSED_PODS)
        .anyMatch(
            refused ->
                refused
                    .explainedBy()
                    .map(cause.check()::equals)
                    .orElse(refused.level() == Level.FAIL && cause.check() == refused.check()));
  }

  /**
   * Whether the finding concerns a pod that has an address, while no address is available. Cooling
   * addresses are available again soon, and pods that fail in a later step release such addresses.
   */
  private static boolean isLater(Finding finding, List<Finding> findings) {
    return finding.level() == Level.FAIL
        && Verdict.isNotOfAddresses(finding)
        && findings.stream().anyMatch(Revisions::showsNoAddress)
        && findings.stream().noneMatch(Explanations.failing(CheckId.COOLDOWN));
  }

  private static boolean showsNoAddress(Finding finding) {
    return finding.level() == Level.FAIL && finding.check().has(CheckId.Trait.SHOWS_NO_ADDRESS);
  }
}
