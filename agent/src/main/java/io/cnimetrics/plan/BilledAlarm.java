package io.cnimetrics.plan;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.console.Alarm;
import io.cnimetrics.console.AlarmTable;
import io.cnimetrics.plan.Bill.Item;
import io.cnimetrics.plan.Bill.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * One alarm of the template, or several identical ones, as CloudWatch bills them.
 *
 * @param metrics in all of them, by which they are billed; 0 for a composite alarm, which has a
 *     price of its own
 */
public record BilledAlarm(String title, int metrics) {
  private static final int COMPOSITE = 0;

  /**
   * The alarms that are on by default and whose metrics are all published.
   *
   * @param metrics the metrics that agents publish by cluster
   * @param subnets number of subnets whose free addresses agents publish too
   */
  public static List<BilledAlarm> of(Collection<Metric> metrics, int subnets) {
    List<BilledAlarm> billed = new ArrayList<>();
    boolean pages = false;
    for (Alarm alarm : AlarmTable.all()) {
      boolean measured = alarm.isOfSubnet() ? subnets > 0 : metrics.containsAll(alarm.metrics());
      if (alarm.isOnByDefault() && measured) {
        int alike = alarm.isOfSubnet() ? subnets : 1;
        billed.add(new BilledAlarm(alarm.text().title(), alike * alarm.metrics().size()));
        pages |= alarm.severity() == Alarm.Severity.PAGE;
      }
    }
    if (pages) {
      billed.add(new BilledAlarm(AlarmTable.CANNOT_START.title(), COMPOSITE));
    }
    return billed;
  }

  Item item(Prices prices) {
    return metrics == COMPOSITE
        ? new Item(Part.COMPOSITE, title, 1, Prices.cents(prices.compositeAlarm()))
        : new Item(Part.ALARMS, title, metrics, prices.ofAlarm(metrics));
  }
}
