package io.cnimetrics.plan;

import io.cnimetrics.console.Alarm;
import io.cnimetrics.console.AlarmTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The alarms of the template, as CloudWatch bills them. */
public final class BilledAlarms {
  private BilledAlarms() {}

  /**
   * The alarms that are on by default and whose metrics are all published.
   *
   * @param metrics names of the metrics that agents publish by cluster
   * @param subnets number of subnets whose free addresses agents publish too
   */
  public static List<BilledAlarm> of(Set<String> metrics, int subnets) {
    List<BilledAlarm> billed = new ArrayList<>();
    boolean pages = false;
    for (Alarm alarm : AlarmTable.all()) {
      boolean measured = alarm.isOfSubnet() ? subnets > 0 : metrics.containsAll(alarm.metrics());
      if (alarm.isOnByDefault() && measured) {
        int alike = alarm.isOfSubnet() ? subnets : 1;
        billed.add(new BilledAlarm(alarm.text().title(), alike, alarm.metrics().size()));
        pages |= alarm.severity() == Alarm.Severity.PAGE;
      }
    }
    if (pages) {
      billed.add(BilledAlarm.composite(AlarmTable.CANNOT_START.title()));
    }
    return billed;
  }
}
