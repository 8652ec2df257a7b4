package io.cnimetrics.recommend;

import static java.util.stream.Collectors.joining;

import io.cnimetrics.recommend.Recommendation.Group;
import io.cnimetrics.recommend.Recommendation.Targets;
import io.cnimetrics.recommend.Recommendation.WholeUnits;
import io.cnimetrics.text.Lines;
import io.cnimetrics.text.Palette;
import io.cnimetrics.text.Printable;
import io.cnimetrics.text.TextPage;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Writes a recommendation as a table. The verdict is near the top, the commands are last. */
public record RecommendationTable(Recommendation found, Palette palette, TextPage page) {
  private static final int NAME = 26;

  /** Writes the table, with a line end after each line. */
  public static String of(Recommendation found, Palette palette) {
    RecommendationTable table = new RecommendationTable(found, palette, new TextPage(palette));
    table.data();
    table.verdict();
    table.groups();
    table.subnets();
    if (!found.notes().isEmpty()) {
      table.page.title("Notes");
      table.page.list(found.notes(), UnaryOperator.identity());
    }
    table.commands();
    return table.page.toString();
  }

  private void data() {
    String nodes = format("%.1f nodes on average", found.nodes());
    page.row("Cluster", 11, found.cluster().map(name -> name + ", " + nodes).orElse(nodes));
    String from = minute(found.from());
    String until = minute(found.until());
    page.row(
        "Data", 11, format("%s to %s UTC, %.1f %% complete", from, until, 100 * found.known()));
  }

  private static String minute(Instant time) {
    return time.toString().substring(0, 16).replace('T', ' ');
  }

  private void verdict() {
    page.line("");
    Lines.of(found.verdict(), TextPage.WIDTH)
        .forEach(sentence -> page.line(palette.bold(sentence)));
    found.targets().ifPresent(this::targets);
    found.wholeUnits().ifPresent(this::wholeUnits);
  }

  private void targets(Targets targets) {
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
  }

  private void wholeUnits(WholeUnits units) {
    paragraph(
        "With these targets, each pod that starts or ends can cause a call to EC2: at most %,d in"
            + " the busiest minute of the cluster. Without these targets, %s causes fewer calls"
            + " and refuses no additional pod, but at least %,.0f addresses stay idle.",
        found.busiestMinute(),
        units.targets().entrySet().stream().map(Object::toString).collect(joining(" with ")),
        units.idleAtLeast());
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
    String columns = format("%8s%14s   %s", "free", "lost a day", "empty");
    page.title("%-28s".formatted("Subnet"), palette.faint(columns));
    for (SubnetTrend subnet : found.subnets()) {
      String lost = subnet.lostPerDay().map(rate -> format("%.1f", rate)).orElse("-");
      String id = Printable.of(subnet.subnetId());
      page.line(format("  %-26s%8d%14s   %s", id, subnet.free(), lost, empty(subnet)));
    }
    paragraph(
        "free: the fewest free addresses in the last day. lost a day: the median difference to the"
            + " same hour of the day before, in the last three days.");
  }

  private static String empty(SubnetTrend subnet) {
    if (subnet.free() == 0) {
      return "was empty in the last day";
    }
    return subnet
        .emptyAt()
        .map(time -> minute(time).substring(0, 10) + " at this rate")
        .or(() -> subnet.lostPerDay().map(r -> r <= 0 ? "not falling" : "in more than a year"))
        .orElse("too little data");
  }

  private void commands() {
    List<List<String>> commands = found.commands();
    if (commands.isEmpty()) {
      return;
    }
    page.title("Commands");
    paragraph(
        "Each command changes all nodes of the cluster, because all nodes have the same DaemonSet"
            + " aws-node. The pods of aws-node restart, one node in ten at a time.");
    command(commands.get(0));
    paragraph(
        "If the VPC CNI is an add-on of EKS, its updates can undo this command. Use the next"
            + " command instead. It keeps the other values of the add-on.");
    command(commands.get(1));
  }

  private void command(List<String> parts) {
    page.line("");
    page.line("    " + parts.stream().map(Printable::of).collect(joining(" \\\n      ")));
  }

  private void paragraph(String sentences, Object... values) {
    page.line("");
    page.paragraph(2, format(sentences, values));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
