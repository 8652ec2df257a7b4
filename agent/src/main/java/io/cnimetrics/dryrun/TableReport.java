package io.cnimetrics.dryrun;

import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.text.Lines;
import io.cnimetrics.text.Palette;
import io.cnimetrics.text.Printable;
import io.cnimetrics.text.TextPage;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes a poll as a table. */
public final class TableReport {
  private static final int LABEL = 11;

  /** The number of characters of an ENI id. */
  private static final int ID = 21;

  private static final int ROLE = 16;

  /** The number of columns for an interface's numbers and its bar. */
  private static final int USE = TextPage.WIDTH - (2 + ID + 2 + ROLE + 2);

  /** Numbers from this value on are written with an exponent, because they would be too wide. */
  private static final double LARGE = 1e12;

  private final Report report;
  private final Palette palette;
  private final TextPage table;

  private TableReport(Report report, Palette palette) {
    this.report = report;
    this.palette = palette;
    this.table = new TextPage(palette);
  }

  public static String of(Report report, Palette palette) {
    return new TableReport(report, palette).write();
  }

  private String write() {
    node();
    interfaces();
    gauges();
    counters();
    problems();
    return table.toString();
  }

  private void node() {
    NodeIdentity node = report.node();
    row("Node", parts(node.nodeName(), node.instance().type(), node.instance().availabilityZone()));
    row("Cluster", from(node.clusterId(), report.origins().clusterId()));
    row("Region", from(node.region(), report.origins().region()));
    row("VPC CNI", parts(report.cniVersion().orElse("release unknown"), mode(), Optional.empty()));
    report
        .reading()
        .capacity()
        .effectiveMaximum()
        .ifPresent(maximum -> clauses("Can reach", maximum.explanation()));
    report.reachableNow().ifPresent(now -> clauses("Just now", now.explanation()));
    row("Polled at", report.snapshot().takenAt().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static String parts(String first, Optional<String> second, Optional<String> third) {
    return Stream.of(Optional.of(first), second, third)
        .flatMap(Optional::stream)
        .collect(Collectors.joining(", "));
  }

  private static String from(Optional<String> value, Optional<Origin> origin) {
    return value.orElse("unknown") + origin.map(from -> " (%s)".formatted(from.label())).orElse("");
  }

  /** The address mode as text. Empty if ipamD could not be read. */
  private Optional<String> mode() {
    return report.ipamdRead()
        ? Optional.of(
            switch (report.reading().capacity().mode()) {
              case SECONDARY_IP -> "single IPv4 addresses";
              case PREFIX -> "IPv4 prefixes of 16 addresses";
              case IPV6 -> "IPv6";
            })
        : Optional.empty();
  }

  private void row(String label, String value) {
    table.row(label, LABEL, value);
  }

  private void clauses(String label, String value) {
    List<String> lines = Lines.ofClauses(value, TextPage.WIDTH - LABEL);
    table.beside(palette.bold(TextPage.padded(label, LABEL)), LABEL, lines);
  }

  private void interfaces() {
    List<Eni> enis = report.snapshot().pool().map(pool -> pool.enis()).orElse(List.of());
    if (enis.isEmpty()) {
      return;
    }
    if (report.reading().capacity().mode() == AddressMode.IPV6) {
      table.title("Network interfaces");
      enis.forEach(eni -> table.line(lead(eni) + "%d assigned".formatted(eni.assigned())));
      return;
    }
    int numbers = enis.stream().mapToInt(eni -> numbers(eni).length()).max().orElse(0);
    int width = Math.max(7, numbers);
    AddressBars bars = AddressBars.of(enis, USE - width - 2, palette);
    table.title("Network interfaces", " ".repeat(11) + bars.legend());
    for (Eni eni : enis) {
      String used = " ".repeat(width - numbers(eni).length()) + numbers(eni);
      table.line(lead(eni) + used + "  " + bars.of(eni));
    }
  }

  private static String lead(Eni eni) {
    return "  " + cell(eni.id(), ID) + "  " + cell(role(eni), ROLE) + "  ";
  }

  private static String numbers(Eni eni) {
    return eni.assigned() + "/" + eni.totalIpv4();
  }

  private static String cell(String text, int width) {
    String shown = Printable.of(text);
    if (Printable.columns(shown) > width) {
      shown = shown.substring(0, Printable.fitting(shown, width - 1)) + "…";
    }
    return TextPage.padded(shown, width);
  }

  private static String role(Eni eni) {
    if (eni.excluded()) {
      return "excluded";
    } else if (eni.trunk()) {
      return "trunk";
    } else if (eni.primary()) {
      return "primary";
    }
    return eni.networkCard() == 0
        ? "device " + eni.deviceNumber()
        : "card %d device %d".formatted(eni.networkCard(), eni.deviceNumber());
  }

  private void gauges() {
    List<Sample> gauges = samples(Kind.GAUGE);
    if (gauges.isEmpty()) {
      return;
    }
    table.title("State");
    for (Sample sample : gauges) {
      table.line(
          "  %-27s%15s  %s"
              .formatted(
                  sample.metric().name(),
                  number(sample.value()),
                  sample
                      .subnetId()
                      .map(Printable::of)
                      .orElseGet(() -> unit(sample.metric().unit()))));
    }
  }

  private void counters() {
    List<Sample> counters = samples(Kind.COUNTER);
    if (counters.isEmpty()) {
      return;
    }
    boolean increases = counters.stream().anyMatch(sample -> sample.value().isPresent());
    table.title(
        "Counters",
        palette.faint("%36s".formatted("since ipamD started"))
            + (increases ? palette.faint("%22s".formatted("since the last poll")) : ""));
    for (Sample sample : counters) {
      String increase = sample.value().isPresent() ? "+" + number(sample.value()) : "";
      table.line(
          "  %-27s%15s%22s".formatted(sample.metric().name(), number(sample.total()), increase));
    }
  }

  private void problems() {
    if (report.problems().isEmpty()) {
      return;
    }
    table.title("Problems");
    for (Problem problem : report.problems()) {
      table.line("  " + palette.red(problem.source().label() + " " + problem.reason()));
      table.paragraph(4, problem.message());
    }
  }

  private List<Sample> samples(Kind kind) {
    return report.samples().stream().filter(sample -> sample.metric().kind() == kind).toList();
  }

  private static String number(OptionalDouble number) {
    double value = number.orElse(0);
    if (Math.abs(value) >= LARGE) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%,.1f", value);
  }

  private static String unit(Unit unit) {
    return switch (unit) {
      case COUNT -> "";
      case PERCENT -> "%";
      case MILLISECONDS -> "ms";
      case MINUTES -> "min";
    };
  }
}
