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
 * All facts about a node that the checks judge.
 *
 * @param polls at least one poll of the node, oldest first; two or more polls show changes
 * @param origins the source of the region, and the source of the cluster name
 */
public record NodeEvidence(
    List<Poll> polls, NodeIdentity identity, Origins origins, AgentSettings agentSettings) {
  public NodeEvidence {
    polls = List.copyOf(polls);
    if (polls.isEmpty()) {
      throw new IllegalArgumentException("the evidence contains no poll");
    }
  }

  Poll last() {
    return polls.get(polls.size() - 1);
  }

  /** Whether there are enough polls to see changes. */
  boolean showsTrend() {
    return polls.size() > 1;
  }

  /** Whether there are several polls, and the condition held in each poll. */
  boolean lasts(Predicate<Poll> condition) {
    return showsTrend() && polls.stream().allMatch(condition);
  }

  AddressMode mode() {
    return last().reading().capacity().mode();
  }

  Optional<EffectiveMaximum> maximum() {
    return last().reading().capacity().effectiveMaximum();
  }

  /** The address pool of the last poll. Only checks that need {@code POOL} call this method. */
  AddressPool pool() {
    return last().snapshot().pool().orElseThrow();
  }

  /** The metrics of the last poll. Only checks that need {@code METRICS} call this method. */
  IpamdMetrics metrics() {
    return last().snapshot().metrics().orElseThrow();
  }

  /** The number of addresses that pods could get now. */
  long available() {
    return pool().available(mode());
  }

  /** The problems that the last poll had with one source. */
  List<Problem> problems(Source source) {
    return last().snapshot().problems().stream()
        .filter(problem -> problem.source() == source)
        .toList();
  }

  /** A gauge of ipamD in the last poll; empty if ipamD does not report the gauge. */
  OptionalDouble gauge(Series series) {
    return metrics().gauge(series);
  }

  /** The value of a counter in the last poll; 0 if ipamD does not report the counter. */
  double total(Series series) {
    return metrics().total(series).orElse(0);
  }

  /** The total of the only series that a metric of the agent reads. */
  double total(Metric metric) {
    return total(metric.onlySeries());
  }

  /** The increase over all polls. A lower value means that ipamD restarted and counts from 0. */
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

  /** The total of a series as text, such as {@code 12 since ipamD started}. */
  String counted(Series series) {
    return "%.0f since ipamD started".formatted(total(series)) + whileWatching(rise(series));
  }

  /** The increase as text; empty after a single poll, because one poll shows no increase. */
  String whileWatching(double rise) {
    return showsTrend() ? ", %.0f of them while doctor watched".formatted(rise) : "";
  }

  /** The snapshot of the last poll. */
  NodeSnapshot snapshot() {
    return last().snapshot();
  }
}
