package io.cnimetrics.plan;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.console.Alarm;
import io.cnimetrics.console.AlarmTable;
import io.cnimetrics.console.PromqlTemplate;
import io.cnimetrics.plan.Bill.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * One line of the bill, for one alarm of the template or for its copies for several subnets.
 *
 * @param metrics the number of billed metrics in these alarms of one cluster. A composite alarm has
 *     a fixed price and counts as 1
 */
public record BilledAlarm(Part part, String title, int metrics) {

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
        billed.add(
            new BilledAlarm(Part.ALARMS, alarm.text().title(), alike * alarm.metrics().size()));
        pages |= alarm.severity() == Alarm.Severity.PAGE;
      }
    }
    if (pages) {
      billed.add(new BilledAlarm(Part.COMPOSITE, AlarmTable.CANNOT_START.title(), 1));
    }
    return billed;
  }

  /** The PromQL alarms whose metrics the agents publish. */
  public static BilledAlarm promql(Collection<Metric> metrics) {
    int alarms = PromqlTemplate.alarms(metrics).size();
    return new BilledAlarm(Part.PROMQL, "PromQL alarms", alarms);
  }
}
