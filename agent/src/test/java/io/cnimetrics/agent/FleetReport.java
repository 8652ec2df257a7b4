package io.cnimetrics.agent;

import io.cnimetrics.agent.FleetRun.Part;
import io.cnimetrics.agent.ModelCloudWatch.Second;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.plan.Bill;
import io.cnimetrics.plan.Fleet;
import io.cnimetrics.plan.Fleet.RequestLoad;
import io.cnimetrics.plan.Prices;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Not a test: {@code make fleet} runs this class. It prints the requests of fleets of several
 * sizes. It also writes a file with the largest fleet's requests in each second.
 */
final class FleetReport {
  private static final Duration MONTH = Duration.ofDays(30);
  private static final Prices PRICES = Prices.bundled();

  private final List<Line> lines = new ArrayList<>();

  private record Line(Fleet fleet, FleetRun run) {}

  @Test
  void print() throws IOException {
    int most = Integer.getInteger("fleet.nodes", 1_000);
    Stream.of(10, 100, 1_000).filter(nodes -> nodes < most).forEach(nodes -> add(nodes, 1));
    FleetRun largest = add(most, 1);
    add(most, 5);
    printAtWork();
    printOutage();
    printRestart();
    write(largest, Path.of(System.getProperty("fleet.seconds", "target/fleet.csv")));
  }

  private FleetRun add(int nodes, int minutes) {
    int eachMinute = ModelPublisher.EACH_MINUTE.size();
    Fleet fleet = new Fleet(nodes, Duration.ofMinutes(minutes), eachMinute, true);
    FleetRun run = FleetRun.of(fleet, RequestLoad.QUOTA_PER_SECOND);
    lines.add(new Line(fleet, run));
    return run;
  }

  private void printAtWork() {
    title("at work", "mean/s", "worst s", "p50", "p99", "oldest", "requests, $", "all, $");
    for (Line line : lines) {
      Part part = line.run().atWork();
      long requests = Math.round(part.perSecond() * MONTH.toSeconds());
      row(
          line,
          number(part.perSecond()),
          part.worstSecond(),
          seconds(part.age(0.5)),
          seconds(part.age(0.99)),
          seconds(part.age(1)),
          dollars(Bill.Part.REQUESTS, requests),
          dollars(Bill.Part.METRICS, MetricCatalog.all().size())
              .add(dollars(Bill.Part.REQUESTS, requests)));
    }
  }

  private static BigDecimal dollars(Bill.Part part, long units) {
    return PRICES.of(part, units).setScale(2, RoundingMode.HALF_UP);
  }

  private void printOutage() {
    title(
        "10 minutes away, and back",
        "away: mean/s",
        "worst s",
        "back: worst s",
        "throttled",
        "caught up",
        "wrong minutes");
    for (Line line : lines) {
      Part outage = line.run().outage();
      Part back = line.run().back();
      row(
          line,
          number(outage.perSecond()),
          outage.worstSecond(),
          back.worstSecond(),
          percent(back.throttledShare()),
          seconds(back.untilCaughtUp()),
          line.run().wrongMinutes());
    }
  }

  private void printRestart() {
    title(
        "all restarted at once",
        "first s",
        "first minute",
        "throttled",
        "last throttled",
        "caught up",
        "oldest");
    for (Line line : lines) {
      Part part = line.run().restarted();
      Part first = part.first(Duration.ofMinutes(1));
      row(
          line,
          part.worstSecond(),
          first.requests(),
          percent(first.throttledShare()),
          seconds(part.untilCalm()),
          seconds(part.untilCaughtUp()),
          seconds(part.age(1)));
    }
  }

  private static void title(String what, String... columns) {
    System.out.printf("%n%s:%n| nodes | interval | %s |%n", what, String.join(" | ", columns));
  }

  private static void row(Line line, Object... values) {
    List<String> cells = new ArrayList<>();
    cells.add(String.format(Locale.ROOT, "%,d", line.fleet().nodes()));
    cells.add(line.fleet().publishInterval().toSeconds() + " s");
    Stream.of(values).map(String::valueOf).forEach(cells::add);
    System.out.printf("| %s |%n", String.join(" | ", cells));
  }

  private static String number(double number) {
    return String.format(Locale.ROOT, "%,.1f", number);
  }

  private static String percent(double share) {
    return number(100 * share) + " %";
  }

  private static String seconds(Duration time) {
    return number(time.toMillis() / 1e3) + " s";
  }

  /** Writes the file that tools/docs/fleet_picture.py reads. */
  private static void write(FleetRun run, Path file) throws IOException {
    List<String> rows = new ArrayList<>(List.of("second,taken,throttled,refused"));
    run.seconds().map(second -> row(run, second)).forEach(rows::add);
    Files.write(file, rows);
  }

  private static String row(FleetRun run, Second second) {
    return "%d,%d,%d,%d"
        .formatted(
            Duration.between(run.atWork().from(), second.at()).toSeconds(),
            second.taken(),
            second.throttled(),
            second.refused());
  }
}
