package io.cnimetrics.doctor;

import io.cnimetrics.deadline.BoundedCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Runs checks. A check that throws or hangs does not stop the other checks. */
public final class CheckRunner {
  private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::level);

  private final List<Check> checks;

  public CheckRunner(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /** Returns all findings, worst first. Findings of one level are in the order of the checks. */
  public List<Finding> run(NodeEvidence node) {
    List<Running> running = checks.stream().map(check -> Running.start(check, node)).toList();
    List<Finding> findings = new ArrayList<>();
    for (Running check : running) {
      for (Finding finding : check.findings(node)) {
        findings.add(finding.onNode(node.identity().nodeName()));
      }
    }
    findings.sort(WORST_FIRST);
    return findings;
  }

  /**
   * A check that was started.
   *
   * @param io the running call of a check that does I/O; empty for a check without I/O
   */
  private record Running(Check check, Optional<BoundedCall<List<Finding>>> io) {
    static Running start(Check check, NodeEvidence node) {
      String thread = "check-" + check.spec().id();
      return new Running(
          check,
          check.ioLimit().map(limit -> BoundedCall.start(thread, limit, () -> check.run(node))));
    }

    List<Finding> findings(NodeEvidence node) {
      try {
        return io.isPresent() ? io.get().result() : check.run(node);
      } catch (TimeoutException e) {
        return notChecked(message(e));
      } catch (RuntimeException | Error e) {
        return notChecked("the check failed: " + message(e));
      }
    }

    private static String message(Throwable e) {
      return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    }

    private List<Finding> notChecked(String why) {
      return List.of(check.spec().notChecked(why));
    }
  }
}
