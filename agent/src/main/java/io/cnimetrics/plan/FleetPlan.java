package io.cnimetrics.plan;

import java.math.BigDecimal;
import java.util.List;

/**
 * The requests and costs that a fleet will cause in CloudWatch.
 *
 * @param sets the sets of dimensions of the metrics, in the order of the bill
 * @param assumptions texts about the values that the plan assumes
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

  /** The cost if no minute is sent early. */
  public Bill bill() {
    return Bill.of(this, fleet.scheduled());
  }

  /** The cost if every node sends in every minute of the month. */
  public Bill billAtMost() {
    return Bill.of(this, fleet.everyMinute());
  }

  /** The warnings. The warning whose remedy saves the most dollars comes first. */
  public List<Warning> warnings() {
    return new PlanWarnings(this).warnings();
  }

  /**
   * A set of dimensions, with its metrics. CloudWatch bills one metric for each metric name and
   * each combination of dimension values.
   *
   * @param dimensions the names of the dimensions, for display
   * @param scope the nodes or the subnet that have the same dimension values
   * @param combinations the number of combinations of dimension values
   * @param names the number of metric names in each combination
   */
  public record BilledSet(String dimensions, Scope scope, int combinations, int names) {
    /** The nodes or the subnet that have the same dimension values. */
    public enum Scope {
      CLUSTER,
      /** All nodes of one instance type or zone, or one subnet. */
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
   * @param message the problem and the remedy
   * @param dollars the dollars a month that the remedy saves; 0 if the warning is not about cost
   */
  public record Warning(String message, BigDecimal dollars) {}
}
