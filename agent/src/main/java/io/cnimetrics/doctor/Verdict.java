package io.cnimetrics.doctor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One sentence that says whether pods get addresses, why not, and since when.
 *
 * @param level the level of the worst finding
 * @param finding the id of the worst finding; empty if there is no trouble
 */
public record Verdict(Level level, String text, Optional<String> finding) {
  private static final String NO = "Pods get no address";
  private static final String NEXT = "New pods get no address";
  private static final String YES = "Pods get addresses";
  private static final String NO_POD_WAITS = "No pod waits for an address";
  private static final String NOBODY_ASKS = "No pod has requested an address";

  /** The verdicts for causes that stop only some pods, or that stop pods only at times. */
  private static final Map<CheckId, String> SOME =
      Map.of(
          CheckId.IPAMD_RESTARTS, "Pods get addresses only between restarts",
          CheckId.COOLDOWN, "Pods get addresses late",
          CheckId.POD_ENIS, "Only pods with security groups of their own do not start");

  /**
   * The answers for checks that do not concern addresses: later steps of a pod's start, and the
   * agent.
   */
  private static final Map<CheckId, String> NOT_OF_ADDRESSES =
      Map.of(
          CheckId.POD_SETUP, "pods do not start",
          CheckId.POD_ROUTES, "some pods have no network",
          CheckId.PUT_METRIC_DATA, "the agent has a problem");

  /** Whether pods lack addresses because of the finding, now or soon. */
  static boolean isUrgent(Finding finding) {
    return finding.level() == Level.FAIL
        || (finding.level() == Level.WARN
            && !finding.check().has(CheckId.Trait.OF_AGENT)
            && !finding.check().has(CheckId.Trait.NOT_URGENT));
  }

  /** Whether the finding concerns a later step of a pod's start, or the agent. */
  static boolean isNotOfAddresses(Finding finding) {
    return NOT_OF_ADDRESSES.containsKey(finding.check());
  }

  /**
   * @param findings in the order of {@link Revisions}
   */
  static Verdict of(NodeEvidence node, List<Finding> findings) {
    Finding worst = findings.get(0);
    return switch (worst.level()) {
      case FAIL -> new Verdict(Level.FAIL, failure(node, worst, findings), id(worst));
      case WARN -> new Verdict(Level.WARN, warning(node, worst, findings), id(worst));
      default -> {
        boolean cools = Cooldown.mayRefuseWhileCooling(node);
        if (findings.stream().anyMatch(Verdict::leavesPodsWithoutNetwork)) {
          String answer = cools ? UNKNOWN + COOLING : calm(node);
          yield new Verdict(Level.OK, answer + ", but " + clause(LOST), Optional.empty());
        }
        String notes = worst.level() == Level.NOTE ? ". The notes are not urgent" : "";
        String found =
            cools
                ? ", but " + clause(UNKNOWN) + COOLING
                : ": "
                    + clause(calm(node))
                    + (seesIncreases(node) ? "" : ONE_POLL)
                    + whileCooling(node)
                    + notes;
        yield new Verdict(Level.OK, "No trouble found" + found, Optional.empty());
      }
    };
  }

  private static final String LOST =
      "Pods that lost their address may have no network until they are deleted";

  /** Whether pods lost their addresses earlier. ipamD does not repair such pods. */
  static boolean leavesPodsWithoutNetwork(Finding finding) {
    return finding.check() == CheckId.FORCED_REMOVALS && finding.level() == Level.NOTE;
  }

  private static final String UNKNOWN = "It is not known whether pods get addresses";

  private static final String COOLING =
      ": all free addresses are cooling, and this release does not count refused pods";

  private static final String ONE_POLL =
      ". One poll does not show whether requests fail (use --polls 2)";

  private static String whileCooling(NodeEvidence node) {
    return Cooldown.whileCooling(node).map(". "::concat).orElse("");
  }

  private static boolean seesIncreases(NodeEvidence node) {
    return node.showsTrend() || node.agent().filter(AgentReport::knowsIncreases).isPresent();
  }

  private static Optional<String> id(Finding worst) {
    return Optional.of(worst.id());
  }

  private static String failure(NodeEvidence node, Finding worst, List<Finding> findings) {
    if (isNotOfAddresses(worst)) {
      boolean unknown = findings.stream().anyMatch(Verdict::mayStopPods);
      String answer = unknown ? "It is not known whether new pods get addresses" : calm(node);
      return answer
          + ", but "
          + NOT_OF_ADDRESSES.get(worst.check())
          + since(node, worst)
          + why(worst);
    } else if (Introspection.hidesThePool(worst)) {
      return unknown(node, worst, false);
    }
    List<Finding> failed =
        findings.stream().filter(finding -> finding.level() == Level.FAIL).toList();
    boolean seen =
        failed.stream().anyMatch(finding -> finding.check().has(CheckId.Trait.SHOWS_NO_ADDRESS));
    String answer = SOME.getOrDefault(worst.check(), seen ? NO : NEXT);
    Finding dated =
        failed.stream()
            .filter(finding -> finding.check() == CheckId.REFUSED_PODS && !finding.equals(worst))
            .findFirst()
            .map(refused -> worst.since(later(worst, refused)))
            .orElse(worst);
    return answer
        + since(node, dated)
        + why(worst)
        + (worst.check() == CheckId.COOLDOWN ? whileCooling(node) : "");
  }

  /**
   * Pods have got no address since the cause began, or since the first refusal if this is later.
   */
  private static Optional<Since> later(Finding cause, Finding refused) {
    return refused
        .since()
        .filter(since -> cause.since().map(since::isMinutesAfter).orElse(true))
        .or(cause::since);
  }

  private static String warning(NodeEvidence node, Finding worst, List<Finding> findings) {
    boolean unseen =
        findings.stream().anyMatch(Verdict::mayStopPods) || Cooldown.mayRefuseWhileCooling(node);
    if (unseen || node.snapshot().metrics().isEmpty()) {
      return unknown(node, worst, unseen);
    } else if (worst.check() == CheckId.POD_ENIS && !worst.past()) {
      return SOME.get(worst.check()) + since(node, worst) + why(worst);
    }
    return calm(node)
        + (worst.check().has(CheckId.Trait.OF_AGENT) ? ", but the agent " : ", but the node ")
        + (worst.past()
            ? "had a problem at an unknown time (use --polls 2)"
            : "has a problem" + since(node, worst))
        + why(worst)
        + whileCooling(node)
        + urgency(findings);
  }

  private static String urgency(List<Finding> findings) {
    if (findings.stream().anyMatch(Verdict::isUrgent)) {
      return "";
    }
    return findings.stream().anyMatch(Verdict::leavesPodsWithoutNetwork)
        ? ". " + LOST
        : ". This is not urgent";
  }

  /**
   * The answer if doctor does not know it, with the reason. A problem of the agent cannot be the
   * reason.
   */
  private static String unknown(NodeEvidence node, Finding worst, boolean seenByPolls) {
    boolean ofAgent = worst.check().has(CheckId.Trait.OF_AGENT);
    if (worst.since().isPresent() && !worst.past() && !ofAgent) {
      return "Whether pods get addresses has been unknown" + since(node, worst) + why(worst);
    }
    String answer =
        UNKNOWN + ", or since when" + (node.showsTrend() || !seenByPolls ? "" : " (use --polls 2)");
    if (ofAgent) {
      return answer + (Cooldown.mayRefuseWhileCooling(node) ? COOLING : "");
    }
    return answer + why(worst);
  }

  /** Whether pods failed, and it is unknown whether they failed in the last minutes. */
  private static boolean mayStopPods(Finding finding) {
    return finding.past()
        && finding.level() == Level.WARN
        && List.of(CheckId.REFUSED_PODS, CheckId.METADATA_AWAY).contains(finding.check());
  }

  /** The answer if no check fails. */
  private static String calm(NodeEvidence node) {
    if (PodRequests.neverAsked(node)) {
      return NOBODY_ASKS;
    }
    return PodRequests.hasNoAddress(node) ? NO_POD_WAITS : YES;
  }

  /**
   * Turns a title into a clause of a sentence. Names such as EC2 and CloudWatch keep their case.
   */
  static String clause(String title) {
    boolean name = title.split(" ", 2)[0].matches(".+[A-Z].*");
    return name ? title : Character.toLowerCase(title.charAt(0)) + title.substring(1);
  }

  private static String why(Finding worst) {
    return ": " + clause(worst.title());
  }

  /**
   * The text is empty for settings, which have not changed since the start of ipamD or of the
   * agent.
   */
  private static String since(NodeEvidence node, Finding finding) {
    boolean setting = finding.check().has(CheckId.Trait.SETTING);
    return finding
        .since()
        .map(since -> " since " + since.text(node.now()))
        .orElse(setting ? "" : " since an unknown time");
  }
}
