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
 * Everything that the checks judge by.
 *
 * @param polls polls of the node, oldest first; from two on they show changes
 * @param origins where the region and the cluster name come from
 */
public record NodeEvidence(
    List<Poll> polls, NodeIdentity identity, Origins origins, AgentSettings agentSettings) {
  public NodeEvidence {
    polls = List.copyOf(polls);
    if (polls.isEmpty()) {
      throw new IllegalArgumentException("evidence needs at least one poll");
    }
  }

  Poll last() {
    return polls.get(polls.size() - 1);
  }

  /** Whether there are enough polls to see changes. */
  boolean showsTrend() {
    return polls.size() > 1;
  }

  /** Whether a condition held in each of several polls. */
  boolean lasts(Predicate<Poll> condition) {
    return showsTrend() && polls.stream().allMatch(condition);
  }

  AddressMode mode() {
    return last().reading().capacity().mode();
  }

  Optional<EffectiveMaximum> maximum() {
    return last().reading().capacity().effectiveMaximum();
  }

  /** The pool of the last poll; only for checks that require it. */
  AddressPool pool() {
    return last().snapshot().pool().orElseThrow();
  }

  /** The metrics of the last poll; only for checks that require them. */
  IpamdMetrics metrics() {
    return last().snapshot().metrics().orElseThrow();
  }

  /** Addresses that a pod could get now. */
  long available() {
    return pool().available(mode());
  }

  /** The problems of the last poll with one source. */
  List<Problem> problems(Source source) {
    return last().snapshot().problems().stream()
        .filter(problem -> problem.source() == source)
        .toList();
  }

  /** A gauge of ipamD in the last poll. */
  OptionalDouble gauge(Series series) {
    return metrics().gauge(series);
  }

  /** The count since ipamD started, in the last poll; 0 if there is none. */
  double total(Series series) {
    return metrics().total(series).orElse(0);
  }

  /** The same for the series of one of the agent's metrics. */
  double total(Metric metric) {
    return total(metric.onlySeries());
  }

  /** The increase from the first poll to the last. A fall means that ipamD restarted from 0. */
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

  /** The count of a series as text, such as {@code 12 since ipamD started}. */
  String counted(Series series) {
    return "%.0f since ipamD started".formatted(total(series)) + whileWatching(rise(series));
  }

  /** An increase as text; empty if a single poll cannot show one. */
  String whileWatching(double rise) {
    return showsTrend() ? ", %.0f of them while watching".formatted(rise) : "";
  }

  /** The snapshot of the last poll. */
  NodeSnapshot snapshot() {
    return last().snapshot();
  }
}
