package io.cnimetrics.plan;

import java.math.BigDecimal;
import java.util.List;

/**
 * The CloudWatch load and cost of a fleet, computed before it exists.
 *
 * @param sets the sets of dimensions of the metrics, in the order of the bill
 * @param assumptions values that were not given but matter, as text
 */
public record FleetPlan(
    Fleet fleet,
    List<BilledSet> sets,
    List<BilledAlarm> alarms,
    List<String> assumptions,
    Prices prices) {

  /** The number of billed metrics. */
  public long metrics() {
    return sets.stream().mapToLong(BilledSet::metrics).sum();
  }

  /** The cost without early sends. */
  public Bill bill() {
    return Bill.of(this, fleet.scheduled());
  }

  /** The cost if every node sends in every minute of the month. */
  public Bill billAtMost() {
    return Bill.of(this, fleet.everyMinute());
  }

  /** Warnings, the most expensive first. */
  public List<Warning> warnings() {
    return new PlanWarnings(this).warnings();
  }

  /**
   * A set of dimensions and its metrics. CloudWatch bills each metric name under each combination
   * of values as a metric.
   *
   * @param dimensions the names, for display
   * @param scope what one combination of values covers
   * @param combinations how many there are
   * @param names of metrics published under each
   */
  public record BilledSet(String dimensions, Scope scope, int combinations, int names) {
    /** What one combination of values covers. */
    public enum Scope {
      CLUSTER,
      /** Nodes of one type or zone, or a subnet. */
      PART,
      NODE
    }

    /** The number of billed metrics. */
    public long metrics() {
      return (long) combinations * names;
    }
  }

  /**
   * A warning about a plan.
   *
   * @param message the problem and its remedy
   * @param dollars the cost a month; 0 if the warning is not about cost
   */
  public record Warning(String message, BigDecimal dollars) {}
}
