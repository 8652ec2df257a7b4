package io.cnimetrics.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One check of a node. A check changes nothing on the node.
 *
 * @param ioLimit the maximum duration of a check that does I/O; empty if the check does no I/O
 * @param judge the method that judges a node and returns at least one finding
 */
public record Check(
    CheckSpec spec, Optional<Duration> ioLimit, Function<NodeEvidence, List<Finding>> judge) {
  /** Returns a copy with a limit for its I/O. A check with a limit runs on its own thread. */
  Check withIo(Duration limit) {
    return new Check(spec, Optional.of(limit), judge);
  }

  /**
   * Runs the check. A finding of present trouble gets the time when the trouble began. To find this
   * time, the check also judges the node as it was at each earlier poll.
   */
  List<Finding> dated(NodeEvidence node) {
    return run(node).stream()
        .map(
            finding ->
                finding.isPresent()
                        && finding.since().isEmpty()
                        && !spec.id().has(CheckId.Trait.SETTING)
                    ? finding.since(since(node))
                    : finding)
        .toList();
  }

  private Optional<Since> since(NodeEvidence node) {
    int first = node.polls().size();
    while (first > 1 && run(node.upTo(first - 1)).stream().anyMatch(Finding::isPresent)) {
      first--;
    }
    // The time is exact only if the check found no trouble at the poll before. If it could not
    // judge that poll, the trouble was perhaps there already.
    boolean judged =
        first > 1 && run(node.upTo(first - 1)).stream().allMatch(each -> each.level() == Level.OK);
    Instant at = node.polls().get(judged ? first - 1 : 0).snapshot().takenAt();
    return Optional.of(judged ? Since.exactly(at) : Since.before(at))
        .filter(any -> node.showsTrend());
  }

  List<Finding> run(NodeEvidence node) {
    return spec.requirements().stream()
        .filter(requirement -> !requirement.isMet(node))
        .findFirst()
        .map(missing -> List.of(spec.notChecked(missing.whyNot())))
        .orElseGet(() -> judge.apply(node));
  }
}
