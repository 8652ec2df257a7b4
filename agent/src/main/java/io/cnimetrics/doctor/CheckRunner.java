package io.cnimetrics.doctor;

import io.cnimetrics.deadline.BoundedCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Runs checks beside each other, each within its own time: none can hold up, or end, the rest. */
public final class CheckRunner {
  private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::level);

  private final List<Check> checks;

  public CheckRunner(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /** All findings, worst first, and in the order of the checks where they are as bad. */
  public List<Finding> run(NodeEvidence node) {
    List<Running> running = checks.stream().map(check -> Running.start(check, node)).toList();
    List<Finding> findings = new ArrayList<>();
    running.forEach(check -> findings.addAll(check.findings()));
    findings.replaceAll(finding -> finding.onNode(node.identity().nodeName()));
    findings.sort(WORST_FIRST);
    return findings;
  }

  /** A check on a daemon thread of its own. */
  private record Running(Check check, BoundedCall<List<Finding>> call) {
    static Running start(Check check, NodeEvidence node) {
      String thread = "check-" + check.spec().id();
      return new Running(
          check, BoundedCall.start(thread, check.limit(), () -> looked(check, node)));
    }

    private static List<Finding> looked(Check check, NodeEvidence node) {
      Optional<Requirement> missing =
          check.requirements().stream().sorted().filter(need -> !need.met(node)).findFirst();
      return missing.isPresent()
          ? List.of(check.spec().notChecked(missing.get().whyNot()))
          : check.run(node);
    }

    List<Finding> findings() {
      try {
        return call.result();
      } catch (TimeoutException e) {
        return notChecked(message(e));
      } catch (RuntimeException | Error e) {
        return notChecked("it failed: " + message(e));
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
