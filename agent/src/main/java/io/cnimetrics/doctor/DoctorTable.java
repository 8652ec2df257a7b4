package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.text.Palette;
import io.cnimetrics.text.Printable;
import io.cnimetrics.text.TextPage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes findings, worst first. Findings of level ok are optional. */
public final class DoctorTable {
  private static final int INDENT = 6;
  private static final String MARGIN = " ".repeat(INDENT);
  private static final int NAME = 8;

  private final Diagnosis diagnosis;
  private final boolean verbose;
  private final Palette palette;
  private final Set<String> shown = new HashSet<>();

  /** Whether the last command runs on the node; empty before the first command. */
  private Optional<Boolean> onNode = Optional.empty();

  /** Whether the page already says which context kubectl needs. */
  private boolean namesContext;

  private final TextPage page;

  private DoctorTable(Diagnosis diagnosis, boolean verbose, Palette palette) {
    this.diagnosis = diagnosis;
    this.verbose = verbose;
    this.palette = palette;
    this.page = new TextPage(palette);
  }

  /**
   * Returns the whole table.
   *
   * @param node the identity of the node at the last poll
   * @param verbose whether to show each finding in full, and also symptoms, findings of level ok
   *     and the checks that did not run
   */
  public static String of(
      NodeIdentity node,
      Optional<String> cniVersion,
      Diagnosis diagnosis,
      boolean verbose,
      Palette palette) {
    DoctorTable table = new DoctorTable(diagnosis, verbose, palette);
    table.node(node, cniVersion);
    table.verdict();
    table
        .of(Level.FAIL, Level.WARN, Level.NOTE)
        .filter(finding -> !isEffect(finding) && table.isWhole(finding))
        .forEach(table::finding);
    table.symptoms();
    table.others();
    table.notUrgent();
    if (verbose) {
      table.passed();
      table.notChecked();
    }
    table.summary();
    return table.page.toString();
  }

  /** The findings of these levels, in the order of the levels. */
  private Stream<Finding> of(Level... levels) {
    return Stream.of(levels)
        .flatMap(
            level -> diagnosis.findings().stream().filter(finding -> finding.level() == level));
  }

  private void node(NodeIdentity identity, Optional<String> cniVersion) {
    String node =
        Stream.of(
                Optional.of(identity.nodeName()),
                identity.instance().type(),
                identity.clusterId().map("cluster %s"::formatted),
                cniVersion.map("VPC CNI %s"::formatted))
            .flatMap(Optional::stream)
            .collect(Collectors.joining(", "));
    indented(palette.bold("Node") + "  ", INDENT, node);
    String now = diagnosis.now().toString();
    line(MARGIN + "checked at %s %s UTC".formatted(now.substring(0, 10), now.substring(11, 16)));
  }

  private void verdict() {
    Verdict verdict = diagnosis.verdict();
    line("");
    indented(label(verdict.level()), INDENT, verdict.text());
  }

  private void finding(Finding finding) {
    line("");
    heading(finding);
    indented(MARGIN, INDENT, finding.evidence());
    finding.since().ifPresent(since -> part("since", since.text(diagnosis.now())));
    advice(finding);
  }

  private void heading(Finding finding) {
    int gap = TextPage.WIDTH - INDENT - Printable.columns(finding.title()) - finding.id().length();
    line(
        label(finding.level())
            + palette.bold(finding.title())
            + " ".repeat(Math.max(1, gap))
            + palette.faint(finding.id()));
  }

  /** Writes symptoms. They have no time and no advice, because their cause has both. */
  private void symptoms() {
    Map<CheckId, List<Finding>> byCause =
        diagnosis.findings().stream()
            .filter(finding -> verbose && isEffect(finding))
            .collect(
                Collectors.groupingBy(
                    finding -> finding.explainedBy().orElseThrow(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    byCause.forEach(
        (cause, symptoms) -> {
          heading("Because of " + cause, true);
          symptoms.forEach(this::sentence);
        });
  }

  /** The symptoms of the same level, such as "the node is full (node-full)". */
  private String effects(Finding cause) {
    return diagnosis.findings().stream()
        .filter(finding -> !verbose && finding.level() == cause.level() && explains(cause, finding))
        .map(finding -> "%s (%s)".formatted(Verdict.clause(finding.title()), finding.id()))
        .distinct()
        .collect(Collectors.joining("; "));
  }

  /** Whether the cause explains the symptom, directly or through another symptom. */
  private boolean explains(Finding cause, Finding symptom) {
    return symptom
        .explainedBy()
        .filter(
            check ->
                check == cause.check()
                    || diagnosis.findings().stream()
                        .anyMatch(other -> other.check() == check && explains(cause, other)))
        .isPresent();
  }

  /**
   * Whether the table shows the commands of the finding. With {@code --verbose} it shows all of
   * them, otherwise only those of the first finding and of findings with the level fail.
   */
  private boolean isWhole(Finding finding) {
    return verbose || finding.level() == Level.FAIL || finding.equals(diagnosis.findings().get(0));
  }

  /** Writes the other findings. A reader looks at them after the first one. */
  private void others() {
    List<Finding> others =
        of(Level.WARN, Level.NOTE)
            .filter(finding -> !isEffect(finding))
            .filter(finding -> !isWhole(finding) && !isShort(finding))
            .toList();
    heading("Also; --verbose shows more", !others.isEmpty());
    for (int i = 0; i < others.size(); i++) {
      if (i > 0) {
        line("");
      }
      heading(others.get(i));
      indented(MARGIN, INDENT, others.get(i).evidence());
      advice(others.get(i));
    }
  }

  /** Whether a finding is shortened, because it is not urgent and the first finding is worse. */
  private boolean isShort(Finding finding) {
    Finding first = diagnosis.findings().get(0);
    boolean worse =
        finding.level() == Level.NOTE
            ? first.level() != Level.NOTE || Verdict.leavesPodsWithoutNetwork(first)
            : Verdict.isUrgent(first);
    return !verbose && worse && !finding.equals(first) && !Verdict.isUrgent(finding);
  }

  private void notUrgent() {
    List<Finding> brief =
        of(Level.WARN, Level.NOTE)
            .filter(finding -> !isEffect(finding) && isShort(finding))
            .toList();
    heading("Not urgent; --verbose shows more", !brief.isEmpty());
    brief.forEach(this::heading);
  }

  private void sentence(Finding finding) {
    indented(
        label(finding.level()),
        INDENT,
        "%s (%s): %s".formatted(finding.title(), finding.id(), finding.evidence()));
  }

  /** Writes the advice. Only the findings that a reader looks at first have commands and a link. */
  private void advice(Finding finding) {
    boolean note = finding.level() == Level.NOTE;
    boolean whole = isWhole(finding);
    if (verbose || !finding.past() || (whole && !note)) {
      if (note || whole) {
        part("cause", finding.cause());
      }
      part("effect", effects(finding));
      if (shown.add(finding.advice().text()) || verbose) {
        remedy(finding.advice());
      }
      if (whole) {
        finding.advice().commands().stream()
            .limit(finding.past() && !verbose ? 1 : Integer.MAX_VALUE)
            .filter(command -> shown.add(command.line()) || verbose)
            .forEach(this::command);
      }
    }
    if (verbose || (whole && !note && !finding.past())) {
      finding.advice().link().ifPresent(this::link);
    }
  }

  /**
   * Writes the note before the command, because zsh passes a pasted comment as arguments. Before
   * the note stands the place where the command runs, if the previous command runs somewhere else.
   * The first command with kubectl names the context.
   */
  private void command(Command command) {
    List<String> place = new ArrayList<>();
    if (onNode.filter(before -> before == command.onNode()).isEmpty()) {
      String machine = onNode.isPresent() ? "back on your machine" : "on your machine";
      place.add(command.onNode() ? "on the node" : machine);
    }
    onNode = Optional.of(command.onNode());
    if (!command.onNode() && !namesContext && command.text().contains("kubectl ")) {
      place.add("with this cluster's kubectl context");
      namesContext = true;
    }
    String lead =
        Stream.of(String.join(", ", place), command.note())
            .filter(part -> !part.isEmpty())
            .map(DoctorTable::sentence)
            .collect(Collectors.joining(". "));
    if (!lead.isEmpty()) {
      indented(MARGIN, INDENT, lead + ":");
    }
    line(MARGIN + "$ " + command.text());
  }

  private static String sentence(String clause) {
    return Character.toUpperCase(clause.charAt(0)) + clause.substring(1);
  }

  /** Writes the link on one line, because a terminal cannot open a link with a line break. */
  private void link(String url) {
    line(MARGIN + palette.faint(url));
  }

  private void part(String name, String value) {
    if (!value.isEmpty()) {
      String lead = MARGIN + palette.faint("%-8s".formatted(name));
      indented(lead, INDENT + NAME, value);
    }
  }

  /** Writes the remedy, and one entry of a list for each case. */
  private void remedy(Advice advice) {
    part("remedy", advice.remedy());
    String indent = " ".repeat(INDENT + NAME);
    advice.cases().forEach(one -> indented(indent + "- ", INDENT + NAME + 2, one));
  }

  private void passed() {
    heading("OK", of(Level.OK).findAny().isPresent());
    int longest = of(Level.OK).mapToInt(finding -> finding.id().length()).max().orElse(0);
    of(Level.OK)
        .forEach(
            finding ->
                indented(
                    "  "
                        + palette.green(finding.id())
                        + " ".repeat(longest + 2 - finding.id().length()),
                    longest + 4,
                    finding.title() + ": " + finding.evidence()));
  }

  /** Lists the checks that did not run, and groups these checks by the reason. */
  private void notChecked() {
    Map<String, List<String>> byReason =
        of(Level.NOT_CHECKED)
            .collect(
                Collectors.groupingBy(
                    Finding::evidence,
                    LinkedHashMap::new,
                    Collectors.mapping(Finding::id, Collectors.toList())));
    heading("Not checked", !byReason.isEmpty());
    byReason.forEach(
        (reason, ids) -> indented("  ", 2, "%s: %s".formatted(String.join(", ", ids), reason)));
  }

  private void heading(String name, boolean needed) {
    if (needed) {
      page.title(name);
    }
  }

  private void summary() {
    line("");
    line(
        Stream.of(Level.values())
            .map(level -> "%d %s".formatted(causes(level), level.label()))
            .collect(Collectors.joining(", ")));
    if (diagnosis.verdict().level() == Level.OK) {
      line("If a pod still does not start, its events show why: kubectl describe pod.");
    } else {
      line(
          "After the remedy, run doctor again."
              + (verbose ? "" : " --verbose shows all effects and checks."));
    }
  }

  private long causes(Level level) {
    return of(level).filter(finding -> !isEffect(finding)).count();
  }

  private static boolean isEffect(Finding finding) {
    return finding.explainedBy().isPresent();
  }

  private String label(Level level) {
    String label = "%-6s".formatted(level.label().toUpperCase(Locale.ROOT));
    return switch (level) {
      case FAIL -> palette.red(label);
      case WARN -> palette.yellow(label);
      case NOTE, OK, NOT_CHECKED -> palette.bold(label);
    };
  }

  /**
   * @param columns the width of the lead in columns; further lines are indented by this width
   */
  private void indented(String lead, int columns, String value) {
    page.beside(lead, columns, value);
  }

  private void line(String line) {
    page.line(line);
  }
}
