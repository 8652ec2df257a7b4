package io.cnimetrics.plan;

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

  public FleetPlan {
    sets = List.copyOf(sets);
    alarms = List.copyOf(alarms);
    assumptions = List.copyOf(assumptions);
  }

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
    return new Advice(this).warnings();
  }
}
