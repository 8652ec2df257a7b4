package io.cnimetrics.plan;

import io.cnimetrics.plan.Bill.Item;
import io.cnimetrics.plan.Bill.Part;
import io.cnimetrics.plan.Fleet.RequestLoad;
import io.cnimetrics.plan.PlanWarnings.Warning;
import io.cnimetrics.text.Lines;
import io.cnimetrics.text.Palette;
import io.cnimetrics.text.TextPage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Writes a plan as a table. The summary is first, and the warnings are last. */
public final class PlanTable {
  /** The column at which the numbers start. Labels end before this column. */
  private static final int COUNT_FROM = 47;

  private final FleetPlan plan;
  private final Palette palette;
  private final Fleet fleet;
  private final RequestLoad load;
  private final Bill bill;
  private final TextPage page;

  private PlanTable(FleetPlan plan, Palette palette) {
    this.plan = plan;
    this.palette = palette;
    this.page = new TextPage(palette);
    this.fleet = plan.fleet();
    this.load = fleet.scheduled();
    this.bill = plan.bill();
  }

  public static String of(FleetPlan plan, Palette palette) {
    return new PlanTable(plan, palette).write();
  }

  private String write() {
    answer();
    if (fleet.restartRequests() > 0) {
      requests();
    }
    cost();
    ofNode();
    Prices prices = plan.prices();
    page.title("Assumed");
    page.list(
        List.of(
            "prices of %s on %s (%s)".formatted(prices.region(), prices.date(), prices.source())),
        UnaryOperator.identity());
    page.list(plan.assumptions(), UnaryOperator.identity());
    List<Warning> warnings = PlanWarnings.of(plan);
    if (!warnings.isEmpty()) {
      page.title("Warnings");
      page.list(warnings.stream().map(Warning::message).toList(), palette::yellow);
    }
    return page.toString();
  }

  private void answer() {
    int clusters = plan.clusters().count();
    String where = clusters == 1 ? "" : format(" in %,d clusters", clusters);
    row(
        "Nodes",
        format("%,d%s; each node sends every %s", plan.clusters().nodes(), where, interval()));
    row(
        "Requests",
        fleet.restartRequests() == 0
            ? "none to CloudWatch"
            : format(
                "%,.1f a second (%s of the %d allowed), worst second %,d (%s)",
                load.perSecond(),
                percent(load.quotaShare()),
                RequestLoad.QUOTA_PER_SECOND,
                load.worstSecond(),
                percent(load.worstQuotaShare())));
    row("Metrics", format("%,d billed", plan.billedMetrics()));
    BigDecimal each = bill.total().divide(BigDecimal.valueOf(clusters), RoundingMode.HALF_UP);
    String ofEach = clusters == 1 ? "" : format("; $%,.2f for each cluster", each);
    row("Cost", format("$%,.2f a month%s", bill.total(), ofEach));
  }

  private String interval() {
    long minutes = plan.publishInterval().toMinutes();
    return minutes == 1 ? "minute" : minutes + " minutes";
  }

  private void requests() {
    String columns = format("%36s%17s%18s", "a second", "worst second", "of the quota");
    page.title("Requests", palette.faint(columns));
    requests("sent every " + interval(), load);
    requests("at most, with early sends", fleet.everyMinute());
    int restart = fleet.restartSecond();
    requests("all agents restart at once", "", restart, RequestLoad.quotaShare(restart));
  }

  private void requests(String what, RequestLoad made) {
    String mean = format("%,.1f", made.perSecond());
    requests(what, mean, made.worstSecond(), made.worstQuotaShare());
  }

  private void requests(String what, String mean, int worst, double share) {
    page.line(format("  %-27s%15s%,17d%18s", what, mean, worst, percent(share)));
  }

  private void cost() {
    page.title("Cost a month", palette.faint("%49s%18s".formatted("count", "$")));
    for (Part part : Part.values()) {
      List<Item> items = bill.items(part);
      if (items.size() == 1) {
        cost(label(items.get(0)), items.get(0).count(), bill.of(part));
      } else if (items.size() > 1) {
        String all = part == Part.METRICS ? "Metrics by" : "Metrics in alarms";
        cost(all, items.stream().mapToLong(Item::count).sum(), bill.of(part));
        items.forEach(item -> cost("  " + item.what(), item.count(), item.dollars()));
      }
    }
    total("Total", bill.total());
    total("At most, if every node sends every minute", plan.billAtMost().total());
  }

  private void cost(String what, long count, BigDecimal dollars) {
    String indent = what.startsWith(" ") ? "    " : "  ";
    List<String> lines = Lines.of(what.strip(), COUNT_FROM - 1 - indent.length());
    page.line(
        TextPage.padded(indent + lines.get(0), COUNT_FROM)
            + format("%,14d%,18.2f", count, dollars));
    lines.stream().skip(1).forEach(next -> page.line(indent + "  " + next));
  }

  private void total(String what, BigDecimal dollars) {
    page.line(palette.bold(TextPage.padded("  " + what, COUNT_FROM) + format("%,32.2f", dollars)));
  }

  private void ofNode() {
    page.title(
        "A node a month, in $",
        palette.faint("%29s%30s".formatted("every minute", "every 5 minutes")));
    ofNode("PutMetricData, requests", Part.REQUESTS);
    int points = plan.otlp().ofNode().points();
    ofNode(format("OTLP, %d points of %d bytes", points, plan.otlp().bytesOfPoint()), Part.OTLP);
  }

  private void ofNode(String what, Part part) {
    BigDecimal atMost = plan.ofNode(part, Fleet.MINUTE);
    BigDecimal atLeast = plan.ofNode(part, FleetPlan.LONGEST_INTERVAL);
    page.line(format("  %-34s%13.3f%30.3f", what, atMost, atLeast));
  }

  private static String label(Item item) {
    return switch (item.part()) {
      case METRICS -> "Metrics by " + item.what();
      case REQUESTS -> "Requests";
      case OTLP, PROMQL, SAMPLES -> item.what();
      case ALARMS -> "Alarm: " + item.what();
      case COMPOSITE -> "Composite alarm: " + item.what();
      case DASHBOARDS -> item.count() == 1 ? "Dashboard" : "Dashboards";
    };
  }

  private void row(String name, String value) {
    page.row(name, 10, value);
  }

  private static String percent(double share) {
    return format("%,.1f %%", 100 * share);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
