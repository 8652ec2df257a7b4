package io.cnimetrics.render;

import io.cnimetrics.catalog.Kind;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Unit;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A poll for eyes: fits 80 columns. */
public final class TableReport {
  private static final int WIDTH = 80;
  private static final int BAR_WIDTH = 28;

  private final Report report;
  private final Palette palette;
  private final StringBuilder text = new StringBuilder();

  private TableReport(Report report, Palette palette) {
    this.report = report;
    this.palette = palette;
  }

  /** Writes the table. */
  public static String of(Report report, Palette palette) {
    return new TableReport(report, palette).write();
  }

  private String write() {
    node();
    interfaces();
    gauges();
    counters();
    problems();
    return text.toString();
  }

  private void node() {
    NodeIdentity node = report.node();
    row("Node", parts(node.nodeName(), node.instance().type(), node.instance().availabilityZone()));
    row("Cluster", parts(node.clusterId().orElse("unknown"), node.region(), Optional.empty()));
    row("VPC CNI", report.cniVersion().orElse("release unknown") + ", " + mode());
    report
        .reading()
        .capacity()
        .effectiveMaximum()
        .ifPresent(maximum -> row("Can reach", maximum.explanation()));
    row("Polled at", report.snapshot().takenAt().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static String parts(String first, Optional<String> second, Optional<String> third) {
    return Stream.of(Optional.of(first), second, third)
        .flatMap(Optional::stream)
        .collect(Collectors.joining(", "));
  }

  private String mode() {
    return switch (report.reading().capacity().mode()) {
      case SECONDARY_IP -> "single IPv4 addresses";
      case PREFIX -> "IPv4 prefixes of 16 addresses";
      case IPV6 -> "IPv6";
    };
  }

  private void row(String name, String value) {
    List<String> lines = wrap(value, WIDTH - 11);
    line(palette.bold("%-11s".formatted(name)) + lines.get(0));
    lines.stream().skip(1).forEach(next -> line(" ".repeat(11) + next));
  }

  private void interfaces() {
    List<Eni> enis = report.snapshot().pool().map(pool -> pool.enis()).orElse(List.of());
    if (enis.isEmpty()) {
      return;
    }
    heading("Network interfaces", "# assigned  ~ cooling  . free");
    long largest = enis.stream().mapToLong(Eni::totalIpv4).max().orElse(0);
    for (Eni eni : enis) {
      String used =
          report.reading().capacity().mode() == AddressMode.IPV6
              ? "%d assigned".formatted(eni.assigned())
              : "%7s  ".formatted(eni.assigned() + "/" + eni.totalIpv4()) + bar(eni, largest);
      line("  %-21s  %-16s  %s".formatted(eni.id(), role(eni), used));
    }
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

  /** One character for each address, or fewer where the largest interface would not fit. */
  private String bar(Eni eni, long largest) {
    double scale = Math.min(1, (double) BAR_WIDTH / Math.max(1, largest));
    int all = (int) Math.ceil(eni.totalIpv4() * scale);
    int assigned = Math.min(all, (int) Math.ceil(eni.assignedIpv4() * scale));
    int cooling = Math.min(all - assigned, (int) Math.ceil(eni.cooling() * scale));
    return palette.red("#".repeat(assigned))
        + palette.yellow("~".repeat(cooling))
        + palette.green(".".repeat(all - assigned - cooling));
  }

  private void gauges() {
    List<Sample> gauges = samples(Kind.GAUGE);
    if (gauges.isEmpty()) {
      return;
    }
    heading("State", "");
    for (Sample sample : gauges) {
      line(
          "  %-27s%15s  %s"
              .formatted(
                  sample.metric().name(), number(sample.value()), unit(sample.metric().unit()))
              .stripTrailing());
    }
  }

  private void counters() {
    List<Sample> counters = samples(Kind.COUNTER);
    if (counters.isEmpty()) {
      return;
    }
    heading("Counters", "since ipamD started    since the last poll");
    for (Sample sample : counters) {
      String increase = sample.value().isPresent() ? "+" + number(sample.value()) : "";
      line(
          "  %-27s%22s%23s"
              .formatted(sample.metric().name(), number(sample.total()), increase)
              .stripTrailing());
    }
  }

  private void problems() {
    if (report.problems().isEmpty()) {
      return;
    }
    heading("Problems", "");
    for (Problem problem : report.problems()) {
      line("  " + palette.red(problem.source().label() + " " + problem.reason()));
      wrap(problem.message(), WIDTH - 4).forEach(next -> line("    " + next));
    }
  }

  private List<Sample> samples(Kind kind) {
    return report.reading().samples().stream()
        .filter(sample -> sample.metric().kind() == kind)
        .toList();
  }

  private void heading(String name, String legend) {
    line("");
    line(palette.bold("%-29s".formatted(name).stripTrailing()) + legend(name, legend));
  }

  private String legend(String name, String legend) {
    return legend.isEmpty()
        ? ""
        : " ".repeat(Math.max(1, 29 - name.length())) + palette.faint(legend);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private static String number(OptionalDouble number) {
    double value = number.orElse(0);
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

  private static List<String> wrap(String text, int width) {
    ArrayList<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
