package io.cnimetrics.plan;

import io.cnimetrics.schedule.RequestLoad;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** What a plan costs a month, by part; each item in whole cents, so that they add up. */
public record Bill(List<Item> items) {

  /** What is paid for. */
  public enum Part {
    METRICS,
    REQUESTS,
    ALARMS,
    COMPOSITE,
    DASHBOARDS
  }

  /**
   * One line.
   *
   * @param what it is, in its part
   * @param count of what its price is for
   * @param dollars a month
   */
  public record Item(Part part, String what, long count, BigDecimal dollars) {}

  public Bill {
    items = List.copyOf(items);
  }

  static Bill of(FleetPlan plan, RequestLoad requests) {
    List<Item> items = new ArrayList<>();
    long counted = 0;
    for (BilledSet set : plan.sets()) {
      // The more there are before it, the cheaper is each further metric.
      BigDecimal before = plan.prices().ofMetrics(counted);
      counted += set.metrics();
      BigDecimal dollars = plan.prices().ofMetrics(counted).subtract(before);
      items.add(new Item(Part.METRICS, set.dimensions(), set.metrics(), dollars));
    }
    long perMonth = requests.perMonth();
    items.add(
        new Item(Part.REQUESTS, "PutMetricData", perMonth, plan.prices().ofRequests(perMonth)));
    for (BilledAlarm alarm : plan.alarms()) {
      items.add(
          alarm.isComposite()
              ? new Item(Part.COMPOSITE, alarm.title(), 1, alarm.dollars(plan.prices()))
              : new Item(
                  Part.ALARMS,
                  alarm.title(),
                  (long) alarm.alarms() * alarm.metrics(),
                  alarm.dollars(plan.prices())));
    }
    BigDecimal dashboard = Prices.cents(plan.prices().dashboard());
    items.add(new Item(Part.DASHBOARDS, "the cluster's dashboard", 1, dashboard));
    return new Bill(items);
  }

  /** All of it, in dollars a month. */
  public BigDecimal total() {
    return sum(items);
  }

  /** One part of it, in dollars a month. */
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
