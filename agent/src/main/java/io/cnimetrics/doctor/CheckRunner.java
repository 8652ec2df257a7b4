package io.cnimetrics.doctor;

import io.cnimetrics.deadline.BoundedCall;
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

  /** Runs all checks, and revises the findings. */
  public Diagnosis run(NodeEvidence node) {
    List<Running> running = checks.stream().map(check -> Running.start(check, node)).toList();
    List<Finding> findings =
        running.stream().flatMap(check -> check.findings(node).stream()).toList();
    List<Finding> revised = Revisions.apply(node, findings);
    return new Diagnosis(Verdict.of(node, revised), revised, node.now());
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
