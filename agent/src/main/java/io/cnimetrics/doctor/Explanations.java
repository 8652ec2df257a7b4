package io.cnimetrics.doctor;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Which findings are symptoms, and the causes that explain them. An explained symptom names its
 * cause and has no remedy of its own, so that findings never give contradictory advice.
 */
final class Explanations {
  /** The reasons why ipamD gets no more addresses, the most certain first. */
  private static final List<CheckId> NO_GROWTH = CheckId.with(CheckId.Trait.NO_GROWTH);

  /**
   * The reasons why pods get no address. Restarts are last: if the pool cannot grow, pods wait
   * between two restarts too.
   */
  private static final List<CheckId> NO_ADDRESS =
      joined(
          List.of(
              CheckId.METADATA_AWAY,
              CheckId.LEAKED_ADDRESSES,
              CheckId.LOST_ENI,
              CheckId.TRUNK_SLOT,
              CheckId.NODE_FULL),
          NO_GROWTH,
          List.of(CheckId.IPAMD_RESTARTS));

  /** The possible causes of each symptom, the most certain first. */
  private static final Map<CheckId, List<CheckId>> CAUSES =
      Map.ofEntries(
          Map.entry(CheckId.METRICS, List.of(CheckId.INTROSPECTION)),
          Map.entry(CheckId.EC2_ATTACHMENT_LIMIT, List.of(CheckId.INSTANCE_TYPE, CheckId.LOST_ENI)),
          Map.entry(CheckId.SUBNET, List.of(CheckId.EC2_NO_PREFIXES, CheckId.EC2_NO_ADDRESSES)),
          Map.entry(CheckId.EC2_ENI_LIMIT, List.of(CheckId.INSTANCE_TYPE)),
          Map.entry(CheckId.MAX_PODS, List.of(CheckId.INSTANCE_TYPE)),
          Map.entry(CheckId.NO_ADDRESSES, NO_ADDRESS),
          Map.entry(
              CheckId.WARM_POOL,
              joined(
                  List.of(CheckId.LOST_ENI, CheckId.TRUNK_SLOT),
                  NO_GROWTH,
                  List.of(
                      CheckId.METADATA_AWAY,
                      CheckId.STUCK_ACTION,
                      CheckId.COOLDOWN,
                      CheckId.NO_ADDRESSES))),
          Map.entry(
              CheckId.REFUSED_PODS,
              joined(
                  NO_ADDRESS,
                  List.of(
                      CheckId.IPV6_PREFIX,
                      CheckId.COOLDOWN,
                      CheckId.NO_ADDRESSES,
                      CheckId.STUCK_ACTION,
                      CheckId.WARM_POOL))),
          Map.entry(CheckId.IPAMD_ERRORS, joined(List.of(CheckId.METADATA_AWAY), NO_GROWTH)),
          Map.entry(CheckId.COOLDOWN, NO_GROWTH),
          Map.entry(CheckId.NODE_FULL, List.of(CheckId.LEAKED_ADDRESSES, CheckId.TRUNK_SLOT)),
          Map.entry(CheckId.IPAMD_START, joined(NO_GROWTH, List.of(CheckId.METADATA_AWAY))));

  private Explanations() {}

  /** Each step changes a finding. It sees the findings that the step before returned. */
  private static final List<BiFunction<Finding, List<Finding>, Finding>> STEPS =
      List.of(
          Explanations::explained,
          Explanations::stopsPods,
          Explanations::olderThanSymptoms,
          Explanations::lessCertain);

  static List<Finding> apply(List<Finding> findings) {
    List<Finding> changed = findings;
    for (BiFunction<Finding, List<Finding>, Finding> step : STEPS) {
      List<Finding> before = changed;
      changed = before.stream().map(finding -> step.apply(finding, before)).toList();
    }
    return changed;
  }

  private static Finding explained(Finding symptom, List<Finding> findings) {
    return cause(symptom, findings).map(symptom::explainedBy).orElse(symptom);
  }

  private static Optional<Finding> cause(Finding symptom, List<Finding> findings) {
    boolean trouble = symptom.level() == Level.FAIL || symptom.level() == Level.WARN;
    if (!trouble || symptom.explainedBy().isPresent()) {
      return Optional.empty();
    }
    if (symptom.check() == CheckId.COOLDOWN
        && findings.stream().noneMatch(Explanations::isEmptyWithRoom)) {
      return Optional.empty();
    }
    return CAUSES.getOrDefault(symptom.check(), List.of()).stream()
        .flatMap(id -> findings.stream().filter(finding -> finding.check() == id))
        .filter(Finding::isPresent)
        .filter(finding -> !perhapsStopsNoPod(finding) || symptom.check() == CheckId.IPAMD_ERRORS)
        .min(Comparator.comparing(Explanations::certainty));
  }

  /** A pool that cannot grow does not wait for EC2. */
  private static boolean isEmptyWithRoom(Finding finding) {
    return finding.check() == CheckId.WARM_POOL && finding.isPresent();
  }

  /** Whether instance metadata fails for ipamD, but this perhaps stops no pod. */
  private static boolean perhapsStopsNoPod(Finding cause) {
    return cause.check() == CheckId.METADATA_AWAY && cause.level() != Level.FAIL;
  }

  /**
   * Among the reasons why the pool does not grow, failing ones are more certain. All other causes
   * count as failing.
   */
  private static Level certainty(Finding cause) {
    return cause.check().has(CheckId.Trait.NO_GROWTH) ? cause.level() : Level.FAIL;
  }

  static Predicate<Finding> failing(CheckId id) {
    return finding -> finding.check() == id && finding.level() == Level.FAIL;
  }

  /** A cause gets the level fail if it explains a symptom with the level fail. */
  private static Finding stopsPods(Finding cause, List<Finding> findings) {
    return explainsFailure(cause, findings) && cause.level() == Level.WARN
        ? cause.at(Level.FAIL)
        : cause;
  }

  private static boolean explainsFailure(Finding cause, List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.explainedBy().equals(Optional.of(cause.check())))
        .anyMatch(symptom -> symptom.level() == Level.FAIL || explainsFailure(symptom, findings));
  }

  /** Dates a cause whose beginning is unknown: the cause began before its symptoms. */
  private static Finding olderThanSymptoms(Finding cause, List<Finding> findings) {
    Optional<Instant> symptoms =
        findings.stream()
            .filter(finding -> finding.explainedBy().equals(Optional.of(cause.check())))
            .flatMap(finding -> finding.since().stream())
            .map(Since::at)
            .min(Comparator.naturalOrder());
    return cause.since().filter(since -> !since.exact()).isPresent()
            && symptoms.filter(cause.since().get().at()::isAfter).isPresent()
        ? cause.since(symptoms.map(Since::before))
        : cause;
  }

  /**
   * If several reasons for no growth have the level fail, only the most certain and its symptoms
   * keep it.
   */
  private static Finding lessCertain(Finding finding, List<Finding> findings) {
    if (finding.level() != Level.FAIL || !finding.check().has(CheckId.Trait.NO_GROWTH)) {
      return finding;
    }
    CheckId mostCertain =
        NO_GROWTH.stream()
            .filter(id -> findings.stream().anyMatch(failing(id)))
            .findFirst()
            .orElseThrow();
    boolean certain =
        finding.check() == mostCertain || finding.explainedBy().equals(Optional.of(mostCertain));
    return certain ? finding : finding.at(Level.WARN);
  }

  @SafeVarargs
  private static List<CheckId> joined(List<CheckId>... lists) {
    List<CheckId> joined = new ArrayList<>();
    for (List<CheckId> list : lists) {
      joined.addAll(list);
    }
    return joined;
  }
}
