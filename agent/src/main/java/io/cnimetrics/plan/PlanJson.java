package io.cnimetrics.plan;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.plan.Bill.Item;
import io.cnimetrics.plan.Bill.Part;
import io.cnimetrics.plan.Fleet.RequestLoad;
import io.cnimetrics.plan.FleetPlan.BilledSet;
import io.cnimetrics.plan.PlanWarnings.Warning;
import io.cnimetrics.text.Json;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a plan as JSON. A share of 1 is the whole quota. Empty lists are also written. */
public final class PlanJson {
  private PlanJson() {}

  /** Writes one document, followed by a line end. */
  public static String of(FleetPlan plan) {
    Fleet fleet = plan.fleet();
    String date = plan.prices().date().toString();
    Object prices =
        object("region", plan.prices().region(), "date", date, "source", plan.prices().source());
    return Json.entryPerLine(
        object(
            "nodes", plan.clusters().nodes(),
            "clusters", plan.clusters().count(),
            "publishIntervalSeconds", plan.publishInterval().toSeconds(),
            "quotaPerSecond", RequestLoad.QUOTA_PER_SECOND,
            "requests", load(fleet.scheduled()),
            "requestsAtMost", load(fleet.everyMinute()),
            "restart", restart(fleet),
            "metrics", plan.billedMetrics(),
            "sets", plan.sets().stream().map(PlanJson::set).toList(),
            "dollarsPerMonth", dollars(plan),
            "ofNode", List.of(ofNode(plan, Fleet.MINUTE), ofNode(plan, FleetPlan.LONGEST_INTERVAL)),
            "otlp", otlp(plan.otlp()),
            "bill", plan.bill().items().stream().map(PlanJson::item).toList(),
            "prices", prices,
            "assumptions", plan.assumptions(),
            "warnings", PlanWarnings.of(plan).stream().map(PlanJson::warning).toList()));
  }

  private static Map<String, Object> load(RequestLoad load) {
    return object(
        "perSecond", rounded(load.perSecond()),
        "worstSecond", load.worstSecond(),
        "quotaShare", rounded(load.quotaShare()),
        "worstQuotaShare", rounded(load.worstQuotaShare()),
        "perMonth", load.perMonth());
  }

  /** The requests in the second in which all agents restart, which is the worst case. */
  private static Map<String, Object> restart(Fleet fleet) {
    return object(
        "requests", fleet.restartRequests(),
        "worstSecond", fleet.restartSecond(),
        "worstQuotaShare", rounded(RequestLoad.quotaShare(fleet.restartSecond())));
  }

  private static Map<String, Object> set(BilledSet set) {
    return object(
        "dimensions", set.dimensions(),
        "combinations", set.combinations(),
        "names", set.names(),
        "metrics", set.metrics());
  }

  private static Map<String, Object> dollars(FleetPlan plan) {
    Map<String, Object> dollars = object("total", plan.bill().total());
    for (Part part : Part.values()) {
      dollars.put(label(part), plan.bill().of(part));
    }
    dollars.put("totalAtMost", plan.billAtMost().total());
    return dollars;
  }

  private static Map<String, Object> ofNode(FleetPlan plan, Duration interval) {
    return object(
        "publishIntervalSeconds", interval.toSeconds(),
        "putMetricDataDollars", plan.ofNode(Part.REQUESTS, interval),
        "otlpDollars", plan.ofNode(Part.OTLP, interval));
  }

  private static Map<String, Object> otlp(FleetPlan.OtlpPoints otlp) {
    return object(
        "points", otlp.ofNode().points(),
        "bytesOfPoint", otlp.bytesOfPoint(),
        "leastBytesOfPoint", otlp.leastBytesOfPoint(),
        "labels", otlp.labels());
  }

  private static Map<String, Object> item(Item item) {
    return object(
        "part", label(item.part()),
        "what", item.what(),
        "count", item.count(),
        "dollars", item.dollars());
  }

  private static String label(Part part) {
    return part.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> warning(Warning warning) {
    return object("message", warning.message(), "dollarsPerMonth", warning.dollars());
  }

  /** Rounds to a millionth, because further digits are rounding errors. */
  private static double rounded(double value) {
    return Math.rint(value * 1e6) / 1e6;
  }
}
