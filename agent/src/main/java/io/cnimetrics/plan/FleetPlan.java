package io.cnimetrics.plan;

import io.cnimetrics.plan.Bill.Part;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;

/**
 * The requests and costs that a fleet will cause in CloudWatch.
 *
 * @param clusters the number of clusters, which have equal numbers of nodes
 * @param sets the sets of dimensions of the metrics, in the order of the bill
 * @param assumptions texts about the values that the plan assumes
 */
public record FleetPlan(
    Fleet fleet,
    int clusters,
    List<BilledSet> sets,
    List<BilledAlarm> alarms,
    OtlpPoints otlp,
    List<String> assumptions,
    Prices prices) {

  static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

  public long metrics() {
    return sets.stream().mapToLong(BilledSet::metrics).sum();
  }

  /** The cost if each node sends once in each publish interval. */
  public Bill bill() {
    return Bill.of(this, fleet.publishInterval());
  }

  /** The cost if every node sends in every minute of the month. */
  public Bill billAtMost() {
    return Bill.of(this, Fleet.MINUTE);
  }

  /**
   * The price of one node a month, by requests or by OTLP, without the price of the metrics.
   *
   * @param part {@code REQUESTS} or {@code OTLP}
   */
  BigDecimal ofNode(Part part, Duration interval) {
    long sends = Fleet.MONTH.dividedBy(interval);
    long units = part == Part.OTLP ? sends * otlp.bytes() : sends;
    return prices.of(part, units).setScale(3, RoundingMode.HALF_UP);
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
   * @param scope which nodes have the same dimension values
   * @param combinations the number of combinations of dimension values
   * @param names the number of metric names in each combination
   */
  public record BilledSet(String dimensions, Scope scope, int combinations, int names) {
    /** Which nodes have the same dimension values. */
    public enum Scope {
      CLUSTER,
      /** All nodes of one instance type or zone, or one subnet. */
      PART,
      NODE
    }

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
