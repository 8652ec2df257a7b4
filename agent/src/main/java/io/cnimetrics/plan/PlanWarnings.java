package io.cnimetrics.plan;

import io.cnimetrics.plan.Bill.Item;
import io.cnimetrics.plan.Bill.Part;
import io.cnimetrics.plan.FleetPlan.BilledSet;
import io.cnimetrics.plan.FleetPlan.Warning;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds settings that cost much or risk throttling. */
final class PlanWarnings {
  /** A choice that costs at least this many dollars a month causes a warning. */
  private static final BigDecimal COSTLY = BigDecimal.valueOf(100);

  /** The account shares the quota: half of it leaves little for other callers. */
  private static final double MUCH_OF_QUOTA = 0.5;

  private static final String LEAVE_OUT_NODES =
      "leave it out. Maximum and p90 by CLUSTER_ID show the state of the worst nodes, and the"
          + " agent's log names them";

  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

  private final FleetPlan plan;
  private final Fleet fleet;
  private final Bill bill;
  private final List<Warning> warnings = new ArrayList<>();

  PlanWarnings(FleetPlan plan) {
    this.plan = plan;
    this.fleet = plan.fleet();
    this.bill = plan.bill();
  }

  List<Warning> warnings() {
    costlySets();
    costlyRequests();
    noSetOfCluster();
    busySecond();
    restart();
    warnings.sort(Comparator.comparing(Warning::dollars).reversed());
    return List.copyOf(warnings);
  }

  private void costlySets() {
    List<Item> items = bill.items(Part.METRICS);
    for (int i = 0; i < items.size(); i++) {
      BilledSet set = plan.sets().get(i);
      BigDecimal dollars = items.get(i).dollars();
      if (set.scope() != BilledSet.Scope.CLUSTER && dollars.compareTo(COSTLY) >= 0) {
        warn(
            dollars,
            "the set %s makes %,d × %,d = %,d metrics, which cost $%,.2f a month: %s",
            set.dimensions(),
            set.combinations(),
            set.names(),
            set.metrics(),
            dollars,
            set.scope() == BilledSet.Scope.NODE
                ? LEAVE_OUT_NODES
                : "leave it out, or name fewer --metrics");
      }
    }
  }

  private void costlyRequests() {
    BigDecimal now = bill.of(Part.REQUESTS);
    long fewer = fleet.withPublishInterval(LONGEST_INTERVAL).scheduled().perMonth();
    BigDecimal saved = now.subtract(plan.prices().ofRequests(fewer));
    if (saved.compareTo(COSTLY) >= 0) {
      warn(
          saved,
          "requests cost $%,.2f a month: --publish-interval 5m saves $%,.2f; alerts are still sent"
              + " early",
          now,
          saved);
    }
  }

  private void noSetOfCluster() {
    if (plan.sets().stream().noneMatch(set -> set.scope() == BilledSet.Scope.CLUSTER)) {
      warn(
          BigDecimal.ZERO,
          "no set is CLUSTER_ID alone: dashboard and alarms use only that set and would find no"
              + " metrics. Add CLUSTER_ID to --dimensions");
    }
  }

  private void busySecond() {
    RequestLoad load = fleet.scheduled();
    if (load.worstQuotaShare() >= MUCH_OF_QUOTA) {
      int better = fleet.withPublishInterval(LONGEST_INTERVAL).scheduled().worstSecond();
      warn(
          BigDecimal.ZERO,
          "the worst second uses %,.0f %% of a quota that everything in the account and region"
              + " share: %s",
          100 * load.worstQuotaShare(),
          better < load.worstSecond()
              ? text("--publish-interval 5m needs %,d requests in that second", better)
              : "ask AWS for a higher quota");
    }
  }

  private void restart() {
    double share = fleet.restart().worstQuotaShare();
    if (share > 1) {
      warn(
          BigDecimal.ZERO,
          "if all agents restart in one second, they use %,.0f %% of the quota: CloudWatch"
              + " throttles, and the agents resend later. Restart them in parts, as the manifests"
              + " do (maxUnavailable 10 %%)",
          100 * share);
    }
  }

  private void warn(BigDecimal dollars, String format, Object... values) {
    warnings.add(new Warning(text(format, values), dollars));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
