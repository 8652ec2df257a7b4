package io.cnimetrics.plan;

import io.cnimetrics.plan.Bill.Part;
import io.cnimetrics.plan.Fleet.RequestLoad;
import io.cnimetrics.plan.FleetPlan.BilledSet;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds settings that are expensive or can cause throttling. */
final class PlanWarnings {
  /** A setting that costs at least this many dollars a month causes a warning. */
  private static final BigDecimal COSTLY = BigDecimal.valueOf(100);

  /**
   * If the agents use at least this share of the quota, CloudWatch perhaps throttles other callers.
   */
  private static final double MUCH_OF_QUOTA = 0.5;

  private static final String LEAVE_OUT_NODES =
      "leave this set out. Maximum and p90 by CLUSTER_ID show the state of the worst nodes, and"
          + " the agents' logs contain the names of these nodes. OTLP (--otlp-endpoint cloudwatch)"
          + " sends the name of each node for $%,.2f a month";

  private final FleetPlan plan;
  private final Fleet fleet;
  private final Bill bill;
  private final List<Warning> warnings = new ArrayList<>();

  /**
   * A warning about a plan.
   *
   * @param message the problem and the remedy
   * @param dollars the dollars a month that the remedy saves; 0 if the warning is not about cost
   */
  record Warning(String message, BigDecimal dollars) {}

  private PlanWarnings(FleetPlan plan) {
    this.plan = plan;
    this.fleet = plan.fleet();
    this.bill = plan.bill();
  }

  /** The warnings. The warning whose remedy saves the most dollars comes first. */
  static List<Warning> of(FleetPlan plan) {
    return new PlanWarnings(plan).find();
  }

  private List<Warning> find() {
    costlySets();
    costlyRequests();
    noSetOfCluster();
    busySecond();
    restart();
    warnings.sort(Comparator.comparing(Warning::dollars).reversed());
    return List.copyOf(warnings);
  }

  private void costlySets() {
    for (int i = 0; i < plan.dimensions().size(); i++) {
      BilledSet set = plan.sets().get(i);
      BigDecimal saved = bill.total().subtract(plan.withoutSet(i).bill().total());
      if (set.scope() != BilledSet.Scope.CLUSTER && saved.compareTo(COSTLY) >= 0) {
        warn(
            saved,
            "the set %s makes %,d × %,d = %,d metrics. Without it the agents cost $%,.2f a month"
                + " less: %s",
            set.dimensions(),
            set.combinations(),
            set.names(),
            set.metrics(),
            saved,
            set.scope() == BilledSet.Scope.NODE
                ? text(LEAVE_OUT_NODES, otlpDollars())
                : "leave this set out, or choose fewer metrics with --metrics");
      }
    }
  }

  private BigDecimal otlpDollars() {
    return plan.prices().of(Part.OTLP, plan.otlpBytes(plan.publishInterval()));
  }

  private void costlyRequests() {
    BigDecimal now = bill.of(Part.REQUESTS);
    Bill fewer = Bill.of(plan, FleetPlan.LONGEST_INTERVAL);
    BigDecimal saved = now.subtract(fewer.of(Part.REQUESTS));
    if (saved.compareTo(COSTLY) >= 0) {
      warn(
          saved,
          "requests cost $%,.2f a month: --publish-interval 5m saves $%,.2f. A new alert still"
              + " causes an early send",
          now,
          saved);
    }
  }

  private void noSetOfCluster() {
    if (!plan.sets().isEmpty()
        && plan.sets().stream().noneMatch(set -> set.scope() == BilledSet.Scope.CLUSTER)) {
      warn(
          BigDecimal.ZERO,
          "--dimensions has no set with only CLUSTER_ID, but the dashboard and the alarms read only"
              + " this set: add it");
    }
  }

  private void busySecond() {
    RequestLoad load = fleet.scheduled();
    if (load.worstQuotaShare() >= MUCH_OF_QUOTA) {
      int better = fleet.sentEach(FleetPlan.LONGEST_INTERVAL).worstSecond();
      warn(
          BigDecimal.ZERO,
          "the worst second uses %,.0f %% of the quota, which all callers in the account and region"
              + " share: %s",
          100 * load.worstQuotaShare(),
          better < load.worstSecond()
              ? text("with --publish-interval 5m the worst second has %,d requests", better)
              : "ask AWS for a higher quota");
    }
  }

  private void restart() {
    double share = RequestLoad.quotaShare(fleet.restartSecond());
    if (share > 1) {
      warn(
          BigDecimal.ZERO,
          "if all agents restart in the same second, the requests use %,.0f %% of the quota."
              + " CloudWatch then throttles requests, and the agents send these requests later."
              + " Restart the agents in parts: the manifests set maxUnavailable to 10 %%",
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
