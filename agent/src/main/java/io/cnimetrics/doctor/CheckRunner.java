package io.cnimetrics.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs checks. A check that throws or hangs does not stop the others. */
public final class CheckRunner {
  private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::level);

  private final List<Check> checks;

  public CheckRunner(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /** All findings, worst first; those of one level are in the order of the checks. */
  public List<Finding> run(NodeEvidence node) {
    List<Running> running = checks.stream().map(check -> new Running(check, node)).toList();
    running.forEach(Running::startIo);
    List<Finding> findings = new ArrayList<>();
    for (Running check : running) {
      for (Finding finding : check.findings()) {
        findings.add(finding.onNode(node.identity().nodeName()));
      }
    }
    findings.sort(WORST_FIRST);
    return findings;
  }

  /** A check that does I/O runs on its own thread, the others run in the caller. */
  private static final class Running {
    private final Check check;
    private final FutureTask<List<Finding>> task;
    private final long limitNanos;
    private long startNanos;

    Running(Check check, NodeEvidence node) {
      this.check = check;
      this.task = new FutureTask<>(() -> check.run(node));
      this.limitNanos = check.ioLimit().map(Duration::toNanos).orElse(0L);
    }

    void startIo() {
      if (check.ioLimit().isPresent()) {
        Thread thread = new Thread(task, "check-" + check.spec().id());
        thread.setDaemon(true);
        startNanos = System.nanoTime();
        thread.start();
      }
    }

    List<Finding> findings() {
      if (check.ioLimit().isEmpty()) {
        task.run();
      }
      try {
        long elapsedNanos = System.nanoTime() - startNanos;
        return task.get(Math.max(0, limitNanos - elapsedNanos), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        task.cancel(true);
        return notChecked(
            "not finished after %d ms".formatted(TimeUnit.NANOSECONDS.toMillis(limitNanos)));
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
