package io.cnimetrics.doctor;

import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * All that checks judge by.
 *
 * @param polls polls of the node, oldest first; what changes between them shows from two on
 * @param origins where region and cluster's name come from
 */
public record NodeEvidence(
    List<Poll> polls, NodeIdentity identity, Origins origins, AgentSettings agentSettings) {
  public NodeEvidence {
    polls = List.copyOf(polls);
    if (polls.isEmpty()) {
      throw new IllegalArgumentException("evidence needs a poll at least");
    }
  }

  Poll last() {
    return polls.get(polls.size() - 1);
  }

  /** Whether there are polls enough to see what changes. */
  boolean showsTrend() {
    return polls.size() > 1;
  }

  /** Whether something held at every poll, and there were several. */
  boolean lasts(Predicate<Poll> condition) {
    return showsTrend() && polls.stream().allMatch(condition);
  }

  AddressMode mode() {
    return last().reading().capacity().mode();
  }

  Optional<EffectiveMaximum> maximum() {
    return last().reading().capacity().effectiveMaximum();
  }

  /** The pool of the last poll; only for checks that need it. */
  AddressPool pool() {
    return last().snapshot().pool().orElseThrow();
  }

  /** The metrics of the last poll; only for checks that need them. */
  IpamdMetrics metrics() {
    return last().snapshot().metrics().orElseThrow();
  }

  /** Addresses that a pod could get now. */
  long available() {
    return pool().available(mode());
  }

  /** What kept the last poll from knowing more of a source. */
  List<Problem> problems(Source source) {
    return last().snapshot().problems().stream()
        .filter(problem -> problem.source() == source)
        .toList();
  }

  /** A gauge of ipamD's by the last poll. */
  OptionalDouble gauge(Series series) {
    return metrics().gauge(series);
  }

  /** What ipamD has counted since it started, by the last poll; 0 if that is no number. */
  double total(Series series) {
    return metrics().total(series).orElse(0);
  }

  /** The same for the series of a metric of ours. */
  double total(Metric metric) {
    return total(metric.onlySeries());
  }

  /** What was counted between the first poll and the last; ipamD may have restarted. */
  double rise(Series series) {
    double[] totals =
        polls.stream()
            .map(Poll::snapshot)
            .flatMap(snapshot -> snapshot.metrics().stream())
            .mapToDouble(metrics -> metrics.total(series).orElse(0))
            .toArray();
    double rise = 0;
    for (int i = 1; i < totals.length; i++) {
      rise += totals[i] < totals[i - 1] ? totals[i] : totals[i] - totals[i - 1];
    }
    return rise;
  }

  /** What ipamD counted under a metric of ours, in words, such as {@code 12 since it started}. */
  String counted(Series series) {
    String total = "%.0f since ipamD started".formatted(total(series));
    return showsTrend() ? total + ", %.0f of them meanwhile".formatted(rise(series)) : total;
  }

  /** The snapshot of the last poll. */
  NodeSnapshot snapshot() {
    return last().snapshot();
  }
}
