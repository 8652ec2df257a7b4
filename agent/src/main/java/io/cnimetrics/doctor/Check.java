package io.cnimetrics.doctor;

import java.time.Duration;
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
  /** Returns the same check with a limit. A check with a limit runs on its own thread. */
  Check withIo(Duration limit) {
    return new Check(spec, Optional.of(limit), judge);
  }

  List<Finding> run(NodeEvidence node) {
    return spec.requirements().stream()
        .filter(requirement -> !requirement.isMet(node))
        .findFirst()
        .map(missing -> List.of(spec.notChecked(missing.whyNot())))
        .orElseGet(() -> judge.apply(node));
  }
}
