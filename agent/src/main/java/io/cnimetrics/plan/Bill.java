package io.cnimetrics.plan;

import io.cnimetrics.plan.FleetPlan.BilledSet;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The monthly cost of a plan. Items are rounded to cents, so that they add up to the total. */
public record Bill(List<Item> items) {
  private static final long MILLION = 1_000_000;

  public enum Part {
    METRICS,
    REQUESTS,
    OTLP,
    ALARMS,
    COMPOSITE,
    PROMQL,
    SAMPLES,
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

  /**
   * @param requests the requests by PutMetricData
   * @param interval the time between two points of one series by OTLP
   */
  static Bill of(FleetPlan plan, RequestLoad requests, Duration interval) {
    List<Item> items = new ArrayList<>();
    long counted = 0;
    for (BilledSet set : plan.sets()) {
      // The price of a metric depends on the number of metrics that are counted before it.
      BigDecimal before = plan.prices().ofMetrics(counted);
      counted += set.metrics();
      BigDecimal dollars = plan.prices().ofMetrics(counted).subtract(before);
      items.add(new Item(Part.METRICS, set.dimensions(), set.metrics(), dollars));
    }
    Prices prices = plan.prices();
    int clusters = plan.clusters();
    long sent = requests.perMonth();
    if (!plan.sets().isEmpty()) {
      items.add(new Item(Part.REQUESTS, "PutMetricData", sent, prices.ofRequests(sent)));
    }
    plan.alarms().forEach(alarm -> items.add(alarm.item(prices, clusters)));
    if (plan.otlp().billed()) {
      long bytes = plan.otlp().bytes(plan.fleet(), interval);
      items.add(
          new Item(
              Part.OTLP, "OTLP, in MB", bytes / MILLION, Prices.cents(prices.ofOtlpBytes(bytes))));
      // The alarms are evaluated every minute.
      long evaluations = Fleet.MONTH.toMinutes();
      long samples = plan.fleet().nodes() * plan.otlp().alarmSamples() * evaluations;
      items.add(
          new Item(
              Part.SAMPLES,
              "Samples that PromQL alarms read, in millions",
              samples / MILLION,
              prices.ofSamples(samples)));
    }
    if (!plan.sets().isEmpty() || plan.otlp().billed()) {
      BigDecimal dashboards = prices.dashboard().multiply(BigDecimal.valueOf(clusters));
      String what = clusters == 1 ? "the cluster's dashboard" : "the clusters' dashboards";
      items.add(new Item(Part.DASHBOARDS, what, clusters, Prices.cents(dashboards)));
    }
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

  public List<Item> items(Part part) {
    return items.stream().filter(item -> item.part() == part).toList();
  }

  private static BigDecimal sum(List<Item> items) {
    return items.stream().map(Item::dollars).reduce(Prices.cents(BigDecimal.ZERO), BigDecimal::add);
  }
}
