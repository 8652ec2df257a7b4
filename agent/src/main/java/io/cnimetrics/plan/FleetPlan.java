package io.cnimetrics.plan;

import java.util.List;

/**
 * What it takes of CloudWatch to watch a fleet, computed before there is one.
 *
 * @param sets under which metrics are published, in the order in which they are billed
 * @param assumptions what was not given and matters, for people
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

  /** All metrics that are billed. */
  public long metrics() {
    return sets.stream().mapToLong(BilledSet::metrics).sum();
  }

  /** What it costs as long as nothing is urgent. */
  public Bill bill() {
    return Bill.of(this, fleet.scheduled());
  }

  /** What it costs if every node sends in every minute of the month. */
  public Bill billAtMost() {
    return Bill.of(this, fleet.everyMinute());
  }

  /** What is unwise, the dearest first. */
  public List<Warning> warnings() {
    return new Advice(this).warnings();
  }
}
