package io.cnimetrics.chaos;

import io.cnimetrics.chaos.Verdict.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Finds the duplicate and the late datums among the datums that CloudWatch accepted from a node.
 */
final class Arrivals {
  /** The metrics that do not have a datum in each minute. */
  private static final Set<String> AT_TIMES = Set.of("agentStarts", "awsAPILatency");

  private final Truth truth;
  private final AllowedDuplicates excuses;
  private final Function<Put, Instant> due;
  private final Duration late;
  private final Verdict verdict;

  private Arrivals(NodeRecord node, Function<Put, Instant> due, Duration late, Verdict verdict) {
    this.truth = new Truth(node);
    this.excuses = new AllowedDuplicates(node);
    this.due = due;
    this.late = late;
    this.verdict = verdict;
  }

  /**
   * Returns the datums without the duplicates, in the order of arrival. Reports the duplicates and
   * the late datums to the verdict.
   *
   * @param due returns the time from which the agent could send a datum
   * @param late the longest time from the due time to the arrival, if no fault occurs
   */
  static List<Put> firsts(
      NodeRecord node, Function<Put, Instant> due, Duration late, Verdict verdict) {
    Arrivals arrivals = new Arrivals(node, due, late, verdict);
    Map<String, Put> last = new TreeMap<>();
    List<Put> firsts = new ArrayList<>();
    for (Put put : node.puts()) {
      if (AT_TIMES.contains(put.metric())) {
        continue;
      }
      verdict.datum(Duration.between(due.apply(put), put.at()).toSeconds());
      Optional<Put> before = Optional.ofNullable(last.put(put.metric() + " " + put.minute(), put));
      if (before.isPresent()) {
        arrivals.checkDouble(before.get(), put);
      } else {
        firsts.add(put);
        arrivals.checkAge(put);
      }
    }
    return firsts;
  }

  private void checkDouble(Put before, Put put) {
    Optional<String> excuse = excuses.forDouble(before);
    excuse.ifPresent(verdict::tolerate);
    if (excuse.isEmpty()) {
      verdict.fault(Fault.DOUBLED, before + " and " + put);
    } else if (before.value() != put.value()) {
      verdict.fault(Fault.WRONG, before + " arrived again as " + put);
    }
  }

  private void checkAge(Put put) {
    Instant over = due.apply(put);
    Instant free =
        truth
            .latest(disturbance -> disturbance.from().isBefore(put.at()))
            .map(Disturbance::to)
            .filter(end -> end.isAfter(over))
            .orElse(over);
    if (put.at().isAfter(free.plus(late))) {
      verdict.fault(Fault.LATE, put.toString());
    }
  }
}
