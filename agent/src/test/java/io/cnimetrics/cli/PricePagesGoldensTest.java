package io.cnimetrics.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cnimetrics.Goldens;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Writes the prices on the pages from the results of {@code plan}. */
class PricePagesGoldensTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final String OTLP = " --otlp-endpoint cloudwatch";
  private static final String ONLY_OTLP = OTLP + " --cloudwatch=false";

  /** The results of a plan for a request every minute and for a request every five minutes. */
  private record Intervals(JsonNode minute, JsonNode five) {
    static Intervals of(String flags) {
      return new Intervals(plan(flags), plan(flags + " --publish-interval 5m"));
    }

    private static JsonNode plan(String flags) {
      Terminal terminal = new Terminal(Map.of());
      String json = terminal.output(("plan " + flags + " --output json").split(" "));
      try {
        return new ObjectMapper().readTree(json);
      } catch (JsonProcessingException e) {
        throw new AssertionError(json, e);
      }
    }

    String row(String what, String part) {
      return "| %s | %,.0f | %,.0f |\n".formatted(what, dollars(minute, part), dollars(five, part));
    }

    /** The number of units of a part, with a word that names them. */
    String count(String part) {
      long count = 0;
      for (JsonNode item : minute.get("bill")) {
        count += item.get("part").asText().equals(part) ? item.get("count").asLong() : 0;
      }
      return "%,d".formatted(count);
    }
  }

  private static double dollars(JsonNode plan, String part) {
    return plan.get("dollarsPerMonth").get(part).asDouble();
  }

  /** The dollars a month of one node, with one request a minute or in five minutes. */
  private static double ofNode(JsonNode plan, boolean everyMinute, String field) {
    return plan.get("ofNode").get(everyMinute ? 0 : 1).get(field).asDouble();
  }

  @Test
  void planHasThePricesOfANode() {
    Intervals thousand = Intervals.of("--nodes 1000" + OTLP);
    JsonNode plan = thousand.minute();
    JsonNode otlp = plan.get("otlp");
    int points = otlp.get("points").asInt();
    int bytes = otlp.get("leastBytesOfPoint").asInt();
    double least = ofNode(plan, true, "otlpDollars") * bytes / otlp.get("bytesOfPoint").asDouble();

    Goldens.checkPart(
        DOCS.resolve("plan.md"),
        "node",
        """

        | | every minute | `--publish-interval 5m` |
        | --- | --- | --- |
        | `PutMetricData`: requests | $%.3f | $%.3f |
        | OTLP to CloudWatch: %d points of %d bytes | $%.3f | $%.3f |
        | OTLP without the scope, the unit and the framing: %d points of %d bytes | $%.2f | $%.2f |
        | samples that the PromQL alarms read | $%.3f | $%.3f |

        By `PutMetricData`, %d metrics of a cluster cost $%.2f in addition, for any number of nodes.

        """
            .formatted(
                ofNode(plan, true, "putMetricDataDollars"),
                ofNode(plan, false, "putMetricDataDollars"),
                points,
                otlp.get("bytesOfPoint").asInt(),
                ofNode(plan, true, "otlpDollars"),
                ofNode(plan, false, "otlpDollars"),
                points,
                bytes,
                least,
                least / 5,
                dollars(plan, "samples") / 1000,
                dollars(thousand.five(), "samples") / 1000,
                plan.get("metrics").asInt(),
                dollars(plan, "metrics")));
  }

  @Test
  void planHasThePricesOfAFleet() {
    String flags = "--nodes 100 --clusters 40";

    Goldens.checkPart(
        DOCS.resolve("plan.md"),
        "fleet",
        "\n| | every minute | `--publish-interval 5m` |\n| --- | --- | --- |\n"
            + Intervals.of(flags).row("`PutMetricData`", "total")
            + Intervals.of(flags + OTLP).row("`PutMetricData` and OTLP", "total")
            + Intervals.of(flags + ONLY_OTLP).row("only OTLP (`--cloudwatch=false`)", "total")
            + "\n");
  }

  @Test
  void pageOfFleetsHasThePrices() {
    String flags = "--nodes 25 --clusters 40";
    Intervals plan = Intervals.of(flags);
    int each = plan.minute().get("metrics").asInt() / 40;

    Goldens.checkPart(
        DOCS.resolve("fleet.md"),
        "price",
        "\n| | every minute | `--publish-interval 5m` |\n| --- | --- | --- |\n"
            + plan.row(
                "%s metrics, %d for each cluster".formatted(plan.count("metrics"), each), "metrics")
            + plan.row("requests", "requests")
            + plan.row(plan.count("alarms") + " metrics in alarms", "alarms")
            + plan.row(plan.count("composite") + " composite alarms", "composite")
            + plan.row(plan.count("dashboards") + " dashboards", "dashboards")
            + plan.row("sum", "total")
            + Intervals.of(flags + OTLP)
                .row("sum with OTLP in addition (`--otlp-endpoint cloudwatch`)", "total")
            + Intervals.of(flags + ONLY_OTLP)
                .row("sum with only OTLP (and `--cloudwatch=false`)", "total")
            + "\n");
  }

  @Test
  void readmeHasThePrices() {
    Intervals requests = Intervals.of("--nodes 1000");
    JsonNode plan = requests.minute();
    Intervals otlp = Intervals.of("--nodes 1000" + ONLY_OTLP);

    Goldens.checkPart(
        Path.of("..", "README.md"),
        "price",
        """
        - **CloudWatch**, per month in us-east-1: a node costs $%.2f, or $%.2f with `--publish-interval 5m`. Metrics, alarms and
          the dashboard of a cluster cost about $%.0f. 1,000 nodes in one cluster cost $%,.0f or $%,.0f. By OTLP, which names each
          node, a node with its alarms costs $%.2f or $%.2f. [`plan`](docs/plan.md) calculates the price for your settings.
        """
            .formatted(
                ofNode(plan, true, "putMetricDataDollars"),
                ofNode(plan, false, "putMetricDataDollars"),
                dollars(plan, "total") - dollars(plan, "requests"),
                dollars(plan, "total"),
                dollars(requests.five(), "total"),
                ofNodeWithAlarms(otlp.minute()),
                ofNodeWithAlarms(otlp.five())));
  }

  /** The dollars a month of one of 1,000 nodes that send by OTLP. */
  private static double ofNodeWithAlarms(JsonNode plan) {
    return (dollars(plan, "otlp") + dollars(plan, "samples")) / 1000;
  }
}
