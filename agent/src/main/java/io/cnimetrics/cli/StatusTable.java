package io.cnimetrics.cli;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.text.Palette;
import io.cnimetrics.text.Printable;
import io.cnimetrics.text.TextPage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/** Writes the page {@code /status} for people. */
final class StatusTable {
  private static final int LABEL = 11;

  /** The number of minutes that fit into a line beside the metric's name and its present value. */
  private static final int MOST_MINUTES = 5;

  private static final int NAME = 28;
  private static final int MOST_INCREASES = 10;

  private final AgentPage page;
  private final Instant now;
  private final Palette palette;
  private final TextPage table;

  private StatusTable(AgentPage page, Instant now, Palette palette) {
    this.page = page;
    this.now = now;
    this.palette = palette;
    this.table = new TextPage(palette);
  }

  static String of(AgentPage page, Instant now, Palette palette) {
    return new StatusTable(page, now, palette).write();
  }

  private String write() {
    identity();
    trouble();
    problems();
    values();
    increases();
    pending();
    destinations();
    return table.toString();
  }

  private void identity() {
    AgentPage agent = page.part("agent");
    AgentPage node = page.part("node");
    row(
        "Node",
        join(List.of(node.text("nodeName"), node.text("instanceId"), node.text("instanceType"))));
    row(
        "Cluster",
        join(
            List.of(
                node.text("clusterId").or(() -> Optional.of("unknown")),
                node.text("region"),
                node.text("cniVersion").map("VPC CNI "::concat))));
    row(
        "Agent",
        join(
            List.of(
                agent.text("version"),
                agent.text("pod").map("pod "::concat),
                agent.time("startedAt").map(at -> "started " + when(at)))));
    AgentPage poll = page.part("lastPoll");
    String result = poll.shown("result").equals("good") ? "read ipamD" : "could not read ipamD";
    row("Last poll", poll.time("at").map(at -> when(at) + ": " + result).orElse("none yet"));
  }

  private void trouble() {
    List<AgentPage> present = page.list("trouble");
    if (present.isEmpty()) {
      row(
          "Trouble",
          alertsOfLastPoll()
              .map("not yet for a whole minute; in the last poll "::concat)
              .orElse("none"));
      return;
    }
    table.title(palette.red("Trouble"));
    present.stream()
        .collect(
            groupingBy(
                trouble -> List.of(trouble.text("cause"), trouble.text("finding")),
                LinkedHashMap::new,
                toList()))
        .forEach((causeAndFinding, troubles) -> ofOneCause(troubles));
  }

  private void ofOneCause(List<AgentPage> troubles) {
    for (AgentPage trouble : troubles) {
      entry(
          "since %s: %s is %s"
              .formatted(
                  trouble.time("since").map(this::when).orElse("an unknown time"),
                  trouble.shown("metric"),
                  number(trouble.number("value"))));
    }
    AgentPage first = troubles.get(0);
    first.text("cause").ifPresent(cause -> table.paragraph(4, cause));
    first
        .text("finding")
        .ifPresent(id -> table.paragraph(4, "remedy: cni-metrics-agent doctor, finding " + id));
  }

  /** The gauges that show trouble in the last poll, whose minute has not ended yet. */
  private Optional<String> alertsOfLastPoll() {
    return page.list("metrics").stream()
        .filter(metric -> metric.text("kind").equals(Optional.of("gauge")))
        .filter(metric -> metric.number("value").isPresent())
        .filter(
            metric ->
                MetricCatalog.named(metric.shown("name"))
                    .filter(known -> known.isAlert(metric.number("value").getAsDouble()))
                    .isPresent())
        .map(metric -> metric.shown("name") + " is " + number(metric.number("value")))
        .reduce((one, other) -> one + ", " + other);
  }

  private void problems() {
    List<AgentPage> problems = page.list("problems");
    if (!problems.isEmpty()) {
      table.title("Problems");
      for (AgentPage problem : problems) {
        entry(
            "%s %s: %s"
                .formatted(
                    problem.shown("source"), problem.shown("reason"), problem.shown("message")));
      }
    }
  }

  private void values() {
    if (page.list("metrics").isEmpty()) {
      return;
    }
    List<AgentPage> all = page.list("minutes");
    List<AgentPage> minutes = all.subList(Math.max(0, all.size() - MOST_MINUTES), all.size());
    table.title(
        TextPage.padded("Values (UTC)", NAME + 2)
            + minutes.stream()
                .map(minute -> cell(minute.time("minute").map(this::clock).orElse("")))
                .collect(joining())
            + cell("now"));
    List<String> zero = new ArrayList<>();
    for (AgentPage metric : page.list("metrics")) {
      String name = metric.shown("name");
      List<OptionalDouble> cells =
          Stream.concat(
                  minutes.stream().map(minute -> minute.part("values").number(name)),
                  Stream.of(metric.number("value")))
              .toList();
      boolean counts = metric.shown("kind").equals("counter");
      if (counts && cells.stream().allMatch(cell -> cell.orElse(0) == 0)) {
        zero.add(name);
      } else {
        values(Printable.of(name + metric.text("subnetId").map(" "::concat).orElse("")), cells);
      }
    }
    if (!zero.isEmpty()) {
      entry("0 in all these minutes: " + String.join(", ", zero));
    }
  }

  private void values(String label, List<OptionalDouble> cells) {
    String values = cells.stream().map(value -> cell(number(value))).collect(joining());
    boolean fits = Printable.columns(label) <= NAME;
    if (!fits) {
      table.line("  " + label);
    }
    table.line("  " + TextPage.padded(fits ? label : "", NAME) + values);
  }

  private void increases() {
    Optional<Instant> since = page.part("counters").time("readSince");
    List<AgentPage> runs = withoutSums(page.list("increases"));
    if (since.isEmpty() || runs.isEmpty()) {
      table.line("");
      row(
          "Increases",
          since
              .map(from -> "no counter of ipamD has risen since " + when(from))
              .orElse("ipamD's counters have not been read yet"));
      return;
    }
    table.title("Increases of ipamD's counters since " + when(since.get()));
    // The added spaces let a long name wrap between its labels.
    for (AgentPage run : runs.subList(0, Math.min(MOST_INCREASES, runs.size()))) {
      String from = run.time("since").map(this::clock).orElse("");
      String to = run.time("last").map(this::clock).orElse("");
      entry(
          "%s %s: %s"
              .formatted(
                  number(run.number("amount")),
                  from.equals(to) ? "at " + from : "from " + from + " to " + to,
                  run.shown("counter").replace("{", " {").replace("\",", "\", ")));
    }
    if (runs.size() > MOST_INCREASES) {
      entry("and %d more; see --output json".formatted(runs.size() - MOST_INCREASES));
    }
  }

  /** Leaves out the sum over all codes or functions if single codes or functions are listed too. */
  private static List<AgentPage> withoutSums(List<AgentPage> runs) {
    Set<String> listed =
        runs.stream()
            .map(run -> run.shown("counter"))
            .filter(StatusTable::isOneKind)
            .map(StatusTable::family)
            .collect(toSet());
    return runs.stream()
        .filter(
            run -> {
              String counter = run.shown("counter");
              return isOneKind(counter) || !listed.contains(family(counter));
            })
        .toList();
  }

  private static boolean isOneKind(String counter) {
    return counter.contains("=\"");
  }

  private static String family(String counter) {
    return counter.split("\\{", 2)[0];
  }

  private void pending() {
    table.line("");
    AgentPage pending = page.part("pending");
    double minutes = pending.number("minutes").orElse(0);
    row(
        "Pending",
        minutes == 0
            ? "nothing"
            : "%.0f minute%s (%.0f kB), the oldest from %s"
                .formatted(
                    minutes,
                    minutes == 1 ? "" : "s",
                    Math.ceil(pending.number("bytes").orElse(0) / 1_000),
                    pending.time("oldest").map(this::when).orElse("unknown")));
    String dropped =
        page.list("dropped").stream()
            .map(
                drop ->
                    "%s datums (%s)".formatted(number(drop.number("datums")), drop.shown("reason")))
            .collect(joining(", "));
    if (!dropped.isEmpty()) {
      row("Dropped", dropped);
    }
  }

  private void destinations() {
    List<AgentPage> destinations = page.list("destinations");
    if (destinations.isEmpty()) {
      row("Sent to", "nothing is sent, because --cloudwatch is false");
    }
    for (AgentPage to : destinations) {
      row("Sent to", join(List.of(to.text("name"), to.text("region"), to.text("namespace"))));
      row(
          "",
          Objects.equals(to.fields().get("ready"), false)
              ? "cannot send yet: the region, the cluster or another label is unknown"
              : to.time("lastSuccess")
                  .map(at -> "last success " + when(at))
                  .orElse("no success yet"));
      AgentPage failure = to.part("lastFailure");
      failure
          .time("at")
          .ifPresent(
              at ->
                  row(
                      "",
                      "last failure %s: %s: %s"
                          .formatted(when(at), failure.shown("code"), failure.shown("message"))));
    }
  }

  private void row(String label, String value) {
    table.row(label, LABEL, value);
  }

  private void entry(String entry) {
    table.paragraph(2, entry);
  }

  private static String join(List<Optional<String>> parts) {
    return parts.stream().flatMap(Optional::stream).collect(joining(", "));
  }

  private String when(Instant at) {
    return RecentIncrease.time(at, now) + " (" + RecentIncrease.ago(at, now) + " ago)";
  }

  /** A time such as {@code 10:03}, with the date if the time is 20 hours ago or more. */
  private String clock(Instant at) {
    return RecentIncrease.time(at, now).replace(" UTC", "");
  }

  private static String number(OptionalDouble value) {
    if (value.isEmpty()) {
      return "-";
    }
    double number = value.getAsDouble();
    return String.format(Locale.ROOT, number == Math.rint(number) ? "%.0f" : "%.1f", number);
  }

  private static String cell(String value) {
    return " %7s".formatted(value);
  }
}
