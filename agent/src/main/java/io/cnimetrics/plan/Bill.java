package io.cnimetrics.plan;

import io.cnimetrics.plan.FleetPlan.BilledSet;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The monthly cost of a plan. Items are rounded to cents, so that they add up to the total. */
public record Bill(List<Item> items) {

  /** A part of the bill. */
  public enum Part {
    METRICS,
    REQUESTS,
    ALARMS,
    COMPOSITE,
    DASHBOARDS
  }

  /**
   * One line of the bill.
   *
   * @param what the name of the item
   * @param count the number of billed units
   * @param dollars the cost in dollars a month
   */
  public record Item(Part part, String what, long count, BigDecimal dollars) {}

  static Bill of(FleetPlan plan, RequestLoad requests) {
    List<Item> items = new ArrayList<>();
    long counted = 0;
    for (BilledSet set : plan.sets()) {
      // The price of a metric depends on the number of metrics before it in all sets.
      BigDecimal before = plan.prices().ofMetrics(counted);
      counted += set.metrics();
      BigDecimal dollars = plan.prices().ofMetrics(counted).subtract(before);
      items.add(new Item(Part.METRICS, set.dimensions(), set.metrics(), dollars));
    }
    long sent = requests.perMonth();
    items.add(new Item(Part.REQUESTS, "PutMetricData", sent, plan.prices().ofRequests(sent)));
    plan.alarms().forEach(alarm -> items.add(alarm.item(plan.prices())));
    BigDecimal dashboard = Prices.cents(plan.prices().dashboard());
    items.add(new Item(Part.DASHBOARDS, "the cluster's dashboard", 1, dashboard));
    return new Bill(List.copyOf(items));
  }

  /** The total of all items, in dollars a month. */
  public BigDecimal total() {
    return sum(items);
  }

  /** The cost of one part, in dollars a month. */
  public BigDecimal of(Part part) {
    return sum(items(part));
  }

  /** The items of a part. */
  public List<Item> items(Part part) {
    return items.stream().filter(item -> item.part() == part).toList();
  }

  private static BigDecimal sum(List<Item> items) {
    return items.stream().map(Item::dollars).reduce(Prices.cents(BigDecimal.ZERO), BigDecimal::add);
  }
}
