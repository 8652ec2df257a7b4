package io.cnimetrics.doctor;

import io.cnimetrics.catalog.RecentIncrease;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The answer to "why do my pods get no address?" in one sentence.
 *
 * @param level the level of the worst finding
 * @param finding the id of the worst finding; empty if there is no trouble
 */
public record Verdict(Level level, String text, Optional<String> finding) {
  private static final String REFUSED = "refused-pods";

  /** Each of these findings alone means that no pod gets an address. */
  private static final Set<String> STOPS_ALL_PODS = Set.of("metadata-away", "ipamd-restarts");

  /** These findings concern only the agent. */
  private static final Set<String> OF_AGENT =
      Set.of(
          "cluster-name",
          "region",
          "instance-metadata",
          "java-agent",
          "state-dir",
          "monitoring-endpoint",
          "ec2-endpoint",
          "publishing",
          "clock");

  /**
   * @param findings in the order of {@link Explanations}
   * @param now when the last poll started
   */
  static Verdict of(List<Finding> findings, Instant now) {
    return first(findings, Level.FAIL)
        .map(worst -> failure(worst, findings, now))
        .or(() -> first(findings, Level.WARN).map(Verdict::warning))
        .orElseGet(
            () -> new Verdict(Level.OK, "No trouble found: pods get addresses", Optional.empty()));
  }

  private static Verdict failure(Finding worst, List<Finding> findings, Instant now) {
    Optional<Finding> refused =
        findings.stream()
            .filter(finding -> finding.id().equals(REFUSED) && finding.level() == Level.FAIL)
            .findFirst();
    boolean pods =
        STOPS_ALL_PODS.contains(worst.id()) || (refused.isPresent() && !worst.id().equals(REFUSED));
    String since =
        refused
            .filter(any -> pods)
            .or(() -> Optional.of(worst))
            .flatMap(Finding::since)
            .or(worst::since)
            .map(start -> " since " + since(start, now))
            .orElse("");
    String text =
        pods
            ? "Pods get no address%s: %s".formatted(since, clause(worst.title()))
            : worst.title() + since;
    return new Verdict(Level.FAIL, text, Optional.of(worst.id()));
  }

  /** Makes a title a clause of a sentence. Names such as EC2 and CloudWatch keep their case. */
  private static String clause(String title) {
    boolean name = title.split(" ", 2)[0].matches(".+[A-Z].*");
    return name ? title : Character.toLowerCase(title.charAt(0)) + title.substring(1);
  }

  private static String since(Instant start, Instant now) {
    return "%s (%s)".formatted(RecentIncrease.time(start, now), Trend.ago(start, now));
  }

  private static Verdict warning(Finding worst) {
    String title =
        OF_AGENT.contains(worst.id())
            ? "Pods get addresses, but the agent has trouble: " + clause(worst.title())
            : worst.title();
    String text = worst.past() ? title + ", at an unknown time (use --polls 2)" : title;
    return new Verdict(Level.WARN, text, Optional.of(worst.id()));
  }

  private static Optional<Finding> first(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).findFirst();
  }
}
