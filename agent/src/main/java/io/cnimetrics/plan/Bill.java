package io.cnimetrics.plan;

import io.cnimetrics.console.Alarm;
import io.cnimetrics.console.AlarmTable;
import io.cnimetrics.console.PromqlTemplate;
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
    int clusters = plan.clusters().count();
    List<Item> items = new ArrayList<>();
    if (plan.usesPutMetricData()) {
      items.addAll(metrics(plan));
      long requests = plan.fleet().requestsAMonth(interval);
      items.add(item(Part.REQUESTS, "PutMetricData", requests, prices));
      items.addAll(alarms(plan));
    }
    if (plan.otlp().billed()) {
      int alarms = PromqlTemplate.alarms(plan.metrics()).size();
      items.add(item(Part.PROMQL, "PromQL alarms", (long) alarms * clusters, prices));
      items.add(item(Part.OTLP, "OTLP, in MB", plan.otlpBytes(interval), prices));
      items.add(
          item(
              Part.SAMPLES,
              "Samples that PromQL alarms read, in millions",
              alarmSamples(plan, interval),
              prices));
    }
    if (plan.usesPutMetricData() || plan.otlp().billed()) {
      String what = clusters == 1 ? "the cluster's dashboard" : "the clusters' dashboards";
      items.add(item(Part.DASHBOARDS, what, clusters, prices));
    }
    return new Bill(List.copyOf(items));
  }

  private static List<Item> metrics(FleetPlan plan) {
    List<Item> items = new ArrayList<>();
    long counted = 0;
    for (BilledSet set : plan.sets()) {
      // Prices have tiers: the price of a set depends on the number of metrics before the set.
      BigDecimal before = cents(plan.prices().of(Part.METRICS, counted));
      counted += set.metrics();
      BigDecimal dollars = cents(plan.prices().of(Part.METRICS, counted)).subtract(before);
      items.add(new Item(Part.METRICS, set.dimensions(), set.metrics(), dollars));
    }
    return items;
  }

  /** The alarms that are on by default and whose metrics the agents publish. */
  private static List<Item> alarms(FleetPlan plan) {
    int clusters = plan.clusters().count();
    int subnets = plan.clusters().subnets();
    List<Item> items = new ArrayList<>();
    boolean pages = false;
    for (Alarm alarm : AlarmTable.all()) {
      boolean measured =
          alarm.isOfSubnet() ? subnets > 0 : plan.metricsOfNode().containsAll(alarm.metrics());
      if (alarm.isOnByDefault() && measured) {
        long copies = (long) clusters * (alarm.isOfSubnet() ? subnets : 1);
        long metrics = copies * alarm.metrics().size();
        items.add(item(Part.ALARMS, alarm.text().title(), metrics, plan.prices()));
        pages |= alarm.severity() == Alarm.Severity.PAGE;
      }
    }
    if (pages) {
      items.add(item(Part.COMPOSITE, AlarmTable.CANNOT_START.title(), clusters, plan.prices()));
    }
    return items;
  }

  /**
   * The samples that the PromQL alarms read in a month. The alarms are evaluated every minute, and
   * their ranges contain one sample for each send.
   */
  private static long alarmSamples(FleetPlan plan, Duration interval) {
    int publishMinutes = (int) plan.publishInterval().toMinutes();
    return plan.clusters().nodes()
        * PromqlTemplate.minutesRead(plan.metrics(), publishMinutes)
        * Fleet.MONTH.dividedBy(interval);
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
