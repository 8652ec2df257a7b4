package io.cnimetrics.plan;

import io.cnimetrics.plan.FleetPlan.BilledSet;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The monthly cost of a plan. Items are rounded to cents, so that they add up to the total. */
public record Bill(List<Item> items) {
  /** The parts of the bill in their order, each with its price. */
  public enum Part {
    METRICS("metric", 1, 1),
    REQUESTS("thousandRequests", 1_000, 1),
    OTLP("otlpGigabyte", 1_000_000_000, 1_000_000),
    ALARMS("alarmMetric", 1, 1),
    COMPOSITE("compositeAlarm", 1, 1),
    PROMQL("alarmMetric", 1, 1),
    SAMPLES("millionSamples", 1_000_000, 1_000_000),
    DASHBOARDS("dashboard", 1, 1);

    /** The name of the price in a price file. */
    final String price;

    /** The number of units that have this price. */
    final long priced;

    /** The number of units that the bill shows as one unit. */
    private final long shown;

    Part(String price, long priced, long shown) {
      this.price = price;
      this.priced = priced;
      this.shown = shown;
    }
  }

  /**
   * One line of the bill.
   *
   * @param what the name of the item
   * @param count the number of units, as the bill shows it
   * @param dollars the cost in dollars a month
   */
  public record Item(Part part, String what, long count, BigDecimal dollars) {}

  /**
   * @param interval the time between two sends of a node
   */
  static Bill of(FleetPlan plan, Duration interval) {
    Prices prices = plan.prices();
    int clusters = plan.clusters();
    List<Item> items = new ArrayList<>();
    long counted = 0;
    for (BilledSet set : plan.sets()) {
      // The price of a metric depends on how many metrics come before it, because prices have
      // tiers.
      BigDecimal before = cents(prices.of(Part.METRICS, counted));
      counted += set.metrics();
      BigDecimal dollars = cents(prices.of(Part.METRICS, counted)).subtract(before);
      items.add(new Item(Part.METRICS, set.dimensions(), set.metrics(), dollars));
    }
    if (!plan.sets().isEmpty()) {
      long requests = plan.fleet().requestsAMonth(interval);
      items.add(item(Part.REQUESTS, "PutMetricData", requests, prices));
    }
    for (BilledAlarm alarm : plan.alarms()) {
      items.add(item(alarm.part(), alarm.title(), (long) alarm.metrics() * clusters, prices));
    }
    if (plan.otlp().billed()) {
      long bytes = plan.otlp().bytes(plan.fleet().nodes(), interval);
      items.add(item(Part.OTLP, "OTLP, in MB", bytes, prices));
      // The alarms are evaluated every minute.
      long samples = plan.fleet().nodes() * plan.otlp().alarmSamples() * Fleet.MONTH.toMinutes();
      items.add(
          item(Part.SAMPLES, "Samples that PromQL alarms read, in millions", samples, prices));
    }
    if (!plan.sets().isEmpty() || plan.otlp().billed()) {
      String what = clusters == 1 ? "the cluster's dashboard" : "the clusters' dashboards";
      items.add(item(Part.DASHBOARDS, what, clusters, prices));
    }
    return new Bill(List.copyOf(items));
  }

  private static Item item(Part part, String what, long units, Prices prices) {
    return new Item(part, what, units / part.shown, cents(prices.of(part, units)));
  }

  private static BigDecimal cents(BigDecimal dollars) {
    return dollars.setScale(2, RoundingMode.HALF_UP);
  }

  /** The total of all items, in dollars a month. */
  public BigDecimal total() {
    return sum(items);
  }

  /** The cost of one part, in dollars a month. */
  public BigDecimal of(Part part) {
    return sum(items(part));
  }

  public List<Item> items(Part part) {
    return items.stream().filter(item -> item.part() == part).toList();
  }

  private static BigDecimal sum(List<Item> items) {
    return items.stream().map(Item::dollars).reduce(cents(BigDecimal.ZERO), BigDecimal::add);
  }
}
