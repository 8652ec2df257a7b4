package io.cnimetrics.doctor;

import io.cnimetrics.deadline.BoundedCall;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Runs checks. A check that throws or hangs does not stop the other checks. */
public final class CheckRunner {
  private final List<Check> checks;

  public CheckRunner(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /** Runs all checks, and adds to each symptom the finding that explains the symptom. */
  public Diagnosis run(NodeEvidence node) {
    List<Running> running = checks.stream().map(check -> Running.start(check, node)).toList();
    List<Finding> findings =
        running.stream().flatMap(check -> check.findings(node).stream()).toList();
    List<Finding> consistent =
        findings.stream()
            .filter(finding -> !isOutdone(finding, findings))
            .map(finding -> NodeSetup.weighIdleAddresses(node, finding, findings))
            .map(finding -> UnusedSlots.besideLostEni(finding, findings))
            .map(finding -> Ipv6Prefix.explained(node, finding, findings))
            .map(finding -> IpamdWork.withoutNeedlessNote(finding, findings))
            .map(finding -> NodeMaximum.besideEmptySubnet(node, finding, findings))
            .map(finding -> finding.onNode(node))
            .toList();
    List<Finding> explained = Explanations.apply(consistent);
    return new Diagnosis(Verdict.of(node, explained), explained, node.now());
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
   * A check that was started.
   *
   * @param io the call of a check that does I/O, on its own thread; empty for other checks, which
   *     run on the caller's thread
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
        return io.isPresent() ? io.get().result() : check.dated(node);
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
