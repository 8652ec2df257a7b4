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
 * One line of the bill, for one alarm of the template or for its copies for several subnets.
 *
 * @param metrics the number of metrics in these alarms, because CloudWatch bills each metric of an
 *     alarm; 0 for a composite alarm, which has a fixed price
 */
public record BilledAlarm(String title, int metrics) {
  private static final int COMPOSITE = 0;

  /**
   * All alarms that are on by default and whose metrics the agents publish.
   *
   * @param metrics the metrics that the agents publish for the whole cluster
   * @param subnets the number of subnets whose free addresses the agents publish
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
