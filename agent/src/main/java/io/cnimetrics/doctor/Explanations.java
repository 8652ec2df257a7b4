package io.cnimetrics.doctor;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which findings are symptoms, and the causes that explain them. An explained symptom names its
 * cause and has no remedy of its own, so that findings never give contradictory advice.
 */
final class Explanations {
  private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::level);

  /** The reasons why ipamD gets no more addresses, the most certain first. */
  private static final List<String> NO_GROWTH =
      List.of(
          "introspection",
          "ec2-denied",
          "ec2-no-credentials",
          "ec2-security-group",
          "ec2-security-group-limit",
          "ec2-subnet-gone",
          "ec2-no-prefixes",
          "ec2-no-addresses",
          "subnet",
          "ec2-interface-quota",
          "ec2-opt-in",
          "ec2-clock",
          "instance-type",
          "ec2-attachment-limit",
          "ec2-eni-limit",
          "ec2-unreachable",
          "ec2-fault",
          "ec2-other",
          "ec2-throttled",
          "eniconfig");

  /** Other reasons why pods get no address. */
  private static final List<String> NO_ADDRESS =
      List.of("metadata-away", "leaked-addresses", "lost-eni", "trunk-slot", "node-full");

  /** Restarts are last: if the pool cannot grow, pods wait between two restarts too. */
  private static final List<String> RESTARTS = List.of("ipamd-restarts");

  /** The possible causes of each symptom, the most certain first. */
  private static final Map<String, List<String>> CAUSES =
      Map.ofEntries(
          Map.entry("metrics", List.of("introspection")),
          Map.entry("ec2-attachment-limit", List.of("instance-type", "lost-eni")),
          Map.entry("ec2-eni-limit", List.of("instance-type")),
          Map.entry("max-pods", List.of("instance-type")),
          Map.entry("no-addresses", joined(List.of(NO_ADDRESS, NO_GROWTH, RESTARTS))),
          Map.entry(
              "warm-pool",
              joined(
                  List.of(
                      List.of("lost-eni", "trunk-slot"),
                      NO_GROWTH,
                      List.of("stuck-action", "cooldown", "no-addresses")))),
          Map.entry(
              "refused-pods",
              joined(
                  List.of(
                      NO_ADDRESS,
                      NO_GROWTH,
                      RESTARTS,
                      List.of(
                          "ipv6-prefix",
                          "cooldown",
                          "no-addresses",
                          "stuck-action",
                          "warm-pool")))),
          Map.entry("ipamd-errors", joined(List.of(List.of("metadata-away"), NO_GROWTH))),
          Map.entry("cooldown", NO_GROWTH),
          Map.entry("node-full", List.of("leaked-addresses", "trunk-slot")),
          Map.entry("ipamd-start", joined(List.of(NO_GROWTH, List.of("metadata-away")))));

  private Explanations() {}

  /**
   * Returns the explained findings, the worst first, and each cause before its symptoms. Among
   * several findings of one level, the reason why pods are refused is first. Among warnings, failed
   * requests of pods are first.
   */
  static List<Finding> apply(List<Finding> findings) {
    List<Finding> explained = new ArrayList<>();
    for (Finding finding : findings) {
      Optional<Finding> cause =
          finding.explainedBy().isPresent() ? Optional.empty() : cause(finding, findings);
      explained.add(cause.map(finding::explainedBy).orElse(finding));
    }
    List<Finding> raised =
        explained.stream()
            .map(finding -> olderThanSymptoms(stopsPods(finding, explained), explained))
            .toList();
    Optional<String> whyNoGrowth =
        NO_GROWTH.stream().filter(id -> raised.stream().anyMatch(of(id))).findFirst();
    List<Finding> sorted =
        new ArrayList<>(raised.stream().map(finding -> lessCertain(finding, whyNoGrowth)).toList());
    sorted.sort(
        WORST_FIRST
            .thenComparing(finding -> finding.explainedBy().isPresent())
            .thenComparing(finding -> !Verdict.isUrgent(finding))
            .thenComparing(finding -> !refuses(finding, raised))
            .thenComparing(
                finding ->
                    finding.level() != Level.WARN || !finding.id().equals("failed-requests")));
    return sorted;
  }

  private static boolean refuses(Finding cause, List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.id().equals("refused-pods"))
        .anyMatch(
            refused ->
                refused.explainedBy().isPresent()
                    ? refused.explainedBy().get().equals(cause.id())
                    : refused.level() == Level.FAIL && refused.id().equals(cause.id()));
  }

  private static Optional<Finding> cause(Finding symptom, List<Finding> findings) {
    if (symptom.level() != Level.FAIL && symptom.level() != Level.WARN) {
      return Optional.empty();
    }
    return CAUSES.getOrDefault(symptom.id(), List.of()).stream()
        .flatMap(id -> findings.stream().filter(finding -> finding.id().equals(id)))
        .filter(Finding::isPresent)
        .filter(finding -> !perhapsStopsNoPod(finding) || symptom.id().equals("ipamd-errors"))
        .min(Comparator.comparing(Explanations::certainty));
  }

  /** Whether instance metadata fails for ipamD, but this perhaps stops no pod. */
  private static boolean perhapsStopsNoPod(Finding cause) {
    return cause.id().equals("metadata-away") && cause.level() != Level.FAIL;
  }

  /** A reason why the pool does not grow is more certain if its level is fail. */
  private static Level certainty(Finding cause) {
    return NO_GROWTH.contains(cause.id()) ? cause.level() : Level.FAIL;
  }

  private static Predicate<Finding> of(String id) {
    return finding -> finding.id().equals(id) && finding.level() == Level.FAIL;
  }

  /** If several reasons for no growth have the level fail, only the most certain keeps it. */
  private static Finding lessCertain(Finding finding, Optional<String> whyNoGrowth) {
    boolean another =
        finding.level() == Level.FAIL
            && finding.explainedBy().isEmpty()
            && NO_GROWTH.contains(finding.id())
            && !whyNoGrowth.equals(Optional.of(finding.id()));
    return another ? finding.at(Level.WARN) : finding;
  }

  /** A cause gets the level fail if it explains a symptom with the level fail. */
  private static Finding stopsPods(Finding cause, List<Finding> findings) {
    boolean explainsFailure =
        findings.stream()
            .filter(finding -> finding.level() == Level.FAIL)
            .anyMatch(finding -> finding.explainedBy().equals(Optional.of(cause.id())));
    return explainsFailure && cause.level() == Level.WARN ? cause.at(Level.FAIL) : cause;
  }

  /** Dates a cause whose beginning is unknown: the cause began before its symptoms. */
  private static Finding olderThanSymptoms(Finding cause, List<Finding> findings) {
    Optional<Instant> symptoms =
        findings.stream()
            .filter(finding -> finding.explainedBy().equals(Optional.of(cause.id())))
            .flatMap(finding -> finding.since().stream())
            .map(Since::at)
            .min(Comparator.naturalOrder());
    return cause.since().filter(since -> !since.exact()).isPresent()
            && symptoms.filter(cause.since().get().at()::isAfter).isPresent()
        ? cause.since(symptoms.map(Since::before))
        : cause;
  }

  private static List<String> joined(List<List<String>> lists) {
    return lists.stream().flatMap(List::stream).distinct().toList();
  }
}
