package io.cnimetrics.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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
  private record Running(Check check, FutureTask<List<Finding>> task, long deadline) {
    static Running start(Check check, NodeEvidence node) {
      FutureTask<List<Finding>> task = new FutureTask<>(() -> looked(check, node));
      Thread thread = new Thread(task, "check-" + check.spec().id());
      thread.setDaemon(true);
      thread.start();
      return new Running(check, task, System.nanoTime() + check.limit().toNanos());
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
        return task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        task.cancel(true);
        return notChecked("not finished after %d ms".formatted(check.limit().toMillis()));
      } catch (ExecutionException e) {
        return notChecked("it failed: " + message(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return notChecked("interrupted");
      }
    }

    private static String message(ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    }

    private List<Finding> notChecked(String why) {
      return List.of(check.spec().notChecked(why));
    }
  }
}
