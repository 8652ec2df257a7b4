package io.cnimetrics.plan;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cnimetrics.plan.Bill.Item;
import io.cnimetrics.plan.Bill.Part;
import io.cnimetrics.schedule.RequestLoad;
import io.cnimetrics.text.JsonLines;
import java.io.IOException;
import java.util.Locale;

/** A plan as a JSON document. Shares of the quota are fractions; lists are always present. */
public final class PlanJson {
  private PlanJson() {}

  /** Writes one document, followed by a line end. */
  public static String of(FleetPlan plan) {
    return JsonLines.write(true, json -> document(json, plan));
  }

  private static void document(JsonGenerator json, FleetPlan plan) throws IOException {
    Fleet fleet = plan.fleet();
    json.writeStartObject();
    json.writeNumberField("nodes", fleet.nodes());
    json.writeNumberField("publishIntervalSeconds", fleet.publishInterval().toSeconds());
    json.writeNumberField("quotaPerSecond", RequestLoad.QUOTA_PER_SECOND);
    load(json, "requests", fleet.scheduled());
    load(json, "requestsAtMost", fleet.everyMinute());
    restart(json, fleet.restart());
    sets(json, plan);
    bill(json, plan);
    prices(json, plan.prices());
    json.writeArrayFieldStart("assumptions");
    for (String assumption : plan.assumptions()) {
      json.writeString(assumption);
    }
    json.writeEndArray();
    warnings(json, plan);
    json.writeEndObject();
  }

  private static void load(JsonGenerator json, String name, RequestLoad load) throws IOException {
    json.writeObjectFieldStart(name);
    rounded(json, "perSecond", load.perSecond());
    json.writeNumberField("worstSecond", load.worstSecond());
    rounded(json, "quotaShare", load.quotaShare());
    rounded(json, "worstQuotaShare", load.worstQuotaShare());
    json.writeNumberField("perMonth", load.perMonth());
    json.writeEndObject();
  }

  private static void restart(JsonGenerator json, Fleet.Restart restart) throws IOException {
    json.writeObjectFieldStart("restart");
    json.writeNumberField("requests", restart.requests());
    json.writeNumberField("worstSecond", restart.worstSecond());
    rounded(json, "worstQuotaShare", restart.worstQuotaShare());
    json.writeEndObject();
  }

  private static void sets(JsonGenerator json, FleetPlan plan) throws IOException {
    json.writeNumberField("metrics", plan.metrics());
    json.writeArrayFieldStart("sets");
    for (BilledSet set : plan.sets()) {
      json.writeStartObject();
      json.writeStringField("dimensions", set.dimensions());
      json.writeNumberField("combinations", set.combinations());
      json.writeNumberField("names", set.names());
      json.writeNumberField("metrics", set.metrics());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void bill(JsonGenerator json, FleetPlan plan) throws IOException {
    Bill bill = plan.bill();
    json.writeObjectFieldStart("dollarsPerMonth");
    json.writeNumberField("total", bill.total());
    for (Part part : Part.values()) {
      json.writeNumberField(label(part), bill.of(part));
    }
    json.writeNumberField("totalAtMost", plan.billAtMost().total());
    json.writeEndObject();
    json.writeArrayFieldStart("bill");
    for (Item item : bill.items()) {
      json.writeStartObject();
      json.writeStringField("part", label(item.part()));
      json.writeStringField("what", item.what());
      json.writeNumberField("count", item.count());
      json.writeNumberField("dollars", item.dollars());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String label(Part part) {
    return part.name().toLowerCase(Locale.ROOT);
  }

  private static void prices(JsonGenerator json, Prices prices) throws IOException {
    json.writeObjectFieldStart("prices");
    json.writeStringField("region", prices.region());
    json.writeStringField("date", prices.date().toString());
    json.writeStringField("source", prices.source());
    json.writeEndObject();
  }

  private static void warnings(JsonGenerator json, FleetPlan plan) throws IOException {
    json.writeArrayFieldStart("warnings");
    for (Warning warning : plan.warnings()) {
      json.writeStartObject();
      json.writeStringField("message", warning.message());
      json.writeNumberField("dollarsPerMonth", warning.dollars());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Rounds to a millionth: further digits are rounding errors. */
  private static void rounded(JsonGenerator json, String name, double value) throws IOException {
    JsonLines.number(json, name, Math.rint(value * 1e6) / 1e6);
  }
}
