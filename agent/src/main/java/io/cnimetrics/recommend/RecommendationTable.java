package io.cnimetrics.recommend;

import static java.util.stream.Collectors.joining;

import io.cnimetrics.recommend.Recommendation.Group;
import io.cnimetrics.text.Lines;
import io.cnimetrics.text.Palette;
import io.cnimetrics.text.Printable;
import io.cnimetrics.text.TextPage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Writes a recommendation as a table. */
public final class RecommendationTable {
  private static final int NAME = 26;
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Recommendation found;
  private final Palette palette;
  private final TextPage page;

  private RecommendationTable(Recommendation found, Palette palette) {
    this.found = found;
    this.palette = palette;
    this.page = new TextPage(palette);
  }

  /** Writes the table, with a line end after each line. */
  public static String of(Recommendation found, Palette palette) {
    RecommendationTable table = new RecommendationTable(found, palette);
    table.data();
    table.verdict();
    table.groups();
    table.subnets();
    table.notes();
    table.commands();
    return table.page.toString();
  }

  private void data() {
    String nodes = format("%.1f nodes on average", found.nodes());
    row("Cluster", found.cluster().map(name -> name + ", " + nodes).orElse(nodes));
    row(
        "Data",
        format(
            "%s to %s UTC, %.1f %% complete",
            MINUTE.format(found.from()), MINUTE.format(found.until()), 100 * found.known()));
  }

  private void verdict() {
    page.line("");
    Lines.of(found.verdict(), TextPage.WIDTH)
        .forEach(sentence -> page.line(palette.bold(sentence)));
    found
        .targets()
        .ifPresent(
            targets -> {
              page.line("");
              page.line("  WARM_IP_TARGET      " + targets.warmIp());
              page.line("  MINIMUM_IP_TARGET   " + targets.minimumIp());
              page.line(
                  format(
                      "  idle addresses      %,.0f on average instead of %,.0f: %s %,.0f",
                      found.idleThen(),
                      found.idle(),
                      found.freed() < 0 ? "the pods need more:" : "frees",
                      Math.abs(found.freed())));
            });
    found
        .wholeUnits()
        .ifPresent(
            units ->
                paragraph(
                    format(
                        "With these targets, each pod that starts or ends can cause a call to EC2:"
                            + " at most %,d in the busiest minute of the cluster. Without these"
                            + " targets, %s causes fewer calls and refuses no additional pod,"
                            + " but at least %,.0f addresses stay idle.",
                        found.busiestMinute(),
                        units.targets().entrySet().stream()
                            .map(Object::toString)
                            .collect(joining(" with ")),
                        units.idleAtLeast())));
  }

  private void groups() {
    String columns =
        format("%5s%7s%8s%8s%13s%11s", "nodes", "most", "idle", "then", "alone", "max pods");
    page.title("%-26s".formatted("Node group"), palette.faint(columns));
    for (Group group : found.groups()) {
      List<String> name = Lines.of(group.name(), NAME - 3);
      page.line(
          TextPage.padded("  " + name.get(0), NAME)
              + format(
                  "%5d%7d%8.1f%8s%13s%11d",
                  group.nodes(),
                  group.mostAssigned(),
                  group.idle(),
                  group.idleThen().map(idle -> format("%.1f", idle)).orElse("-"),
                  group.own().map(own -> own.warmIp() + " / " + own.minimumIp()).orElse("-"),
                  group.maxPods()));
      name.stream().skip(1).forEach(more -> page.line("  " + more));
    }
    paragraph(
        "most: the most addresses that pods of one node held. idle, then: idle addresses of a"
            + " node on average, in these days and with the targets above. alone:"
            + " WARM_IP_TARGET / MINIMUM_IP_TARGET if only this group existed. max pods: the"
            + " largest value with which each pod gets an address.");
  }

  private void subnets() {
    if (found.subnets().isEmpty()) {
      return;
    }
    page.title(
        "%-28s".formatted("Subnet"),
        palette.faint(format("%8s%14s   %s", "free", "lost a day", "empty")));
    for (SubnetTrend subnet : found.subnets()) {
      page.line(
          format(
              "  %-26s%8d%14s   %s",
              Printable.of(subnet.subnetId()),
              subnet.free(),
              subnet.lostPerDay().map(lost -> format("%.1f", lost)).orElse("-"),
              empty(subnet)));
    }
    paragraph(
        "free: the fewest free addresses in the last day. lost a day: the median difference to the"
            + " same hour of the day before, in the last three days.");
  }

  private static String empty(SubnetTrend subnet) {
    Optional<Instant> at = subnet.emptyAt();
    if (subnet.free() == 0) {
      return "was empty in the last day";
    } else if (at.isPresent()) {
      return MINUTE.format(at.get()).substring(0, 10) + " at this rate";
    } else if (subnet.lostPerDay().isEmpty()) {
      return "too little data";
    }
    return subnet.lostPerDay().orElseThrow() <= 0 ? "not falling" : "in more than a year";
  }

  private void notes() {
    if (!found.notes().isEmpty()) {
      page.title("Notes");
      page.list(found.notes(), UnaryOperator.identity());
    }
  }

  private void commands() {
    if (!found.change()) {
      return;
    }
    page.title("Commands");
    paragraph(
        "Each command changes all nodes of the cluster, because all nodes have the same DaemonSet"
            + " aws-node. The pods of aws-node restart, one node in ten at a time.");
    page.line("");
    command(found.setCommand());
    paragraph(
        "If the VPC CNI is an add-on of EKS, the add-on undoes this command. Use the next command"
            + " instead. It keeps the other values of the add-on.");
    page.line("");
    command(found.addonCommand());
  }

  private void command(List<String> parts) {
    for (int i = 0; i < parts.size(); i++) {
      String end = i < parts.size() - 1 ? " \\" : "";
      page.line((i == 0 ? "    " : "      ") + Printable.of(parts.get(i)) + end);
    }
  }

  private void row(String name, String value) {
    page.row(name, 11, value);
  }

  private void paragraph(String sentences) {
    page.line("");
    page.paragraph(2, sentences);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
