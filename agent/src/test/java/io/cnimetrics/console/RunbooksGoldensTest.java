package io.cnimetrics.console;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.Alarm.Text;
import io.cnimetrics.console.PromQuery.Subject;
import io.cnimetrics.doctor.DoctorTexts;
import io.cnimetrics.simulator.NamedScenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each alarm has a page in docs/runbooks/. The facts on the page are written from the alarm. */
class RunbooksGoldensTest {
  private static final Path FOLDER = Path.of("..", "docs", "runbooks").toAbsolutePath().normalize();
  private static final String NODES_OF_SUBNET = "cni_node_info{subnets=~\".*SUBNET.*\"}";
  private static final String COMPOSITE = "pods-cannot-start";
  private static final Pattern FINDING = Pattern.compile("(?m)^(?:\\d+\\.|\\|) `([a-z0-9-]+)`");

  private static final Pattern SCENARIO = Pattern.compile("--simulate ([a-z0-9-]+)");

  static Stream<Alarm> alarms() {
    return AlarmTable.byNode().stream();
  }

  static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(page -> page.toString().endsWith(".md") && !page.endsWith("README.md"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("alarms")
  void factsAreThoseOfTheAlarm(Alarm alarm) {
    check(Alarm.page(alarm.name()), facts(alarm));
  }

  @Test
  void factsOfTheCompositeAlarmAreItsAlarms() {
    List<Alarm> pages = alarms().filter(alarm -> alarm.severity() == Alarm.Severity.PAGE).toList();

    check(Alarm.page(COMPOSITE), facts(pages));
  }

  @Test
  void everyPageIsOfAnAlarm() throws IOException {
    Set<String> names =
        Stream.concat(alarms().map(Alarm::name), Stream.of(COMPOSITE))
            .map(Alarm::page)
            .collect(Collectors.toSet());

    assertThat(pages().stream().map(page -> FOLDER.relativize(page).toString()))
        .containsExactlyInAnyOrderElementsOf(names);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyPageHasTheSameSectionsAndFindingsOfTheDoctor(Path page) {
    String text = read(page);

    assertThat(text.lines().filter(line -> line.startsWith("## ")))
        .startsWith("## Meaning", "## Facts", "## Causes")
        .endsWith("## It is over when");
    assertThat(SCENARIO.matcher(text).results().map(found -> found.group(1)))
        .isSubsetOf(Arrays.stream(NamedScenario.values()).map(NamedScenario::label).toList());
    assertThat(FINDING.matcher(text).results().map(found -> found.group(1)))
        .isNotEmpty()
        .isSubsetOf(DoctorTexts.remedies().keySet());
  }

  @Test
  void indexListsEveryAlarmInItsOrder() {
    assertThat(
            read(FOLDER.resolve("README.md"))
                .lines()
                .filter(line -> line.startsWith("| ["))
                .map(
                    line ->
                        line.replaceAll("\\| \\[(.*?)]\\((.*?)\\).*\\| (\\w+) \\|", "$1 $2 $3")))
        .containsExactlyElementsOf(
            Stream.concat(
                    Stream.of("Pods cannot start pods-cannot-start.md page"),
                    alarms()
                        .map(
                            alarm ->
                                String.join(
                                    " ",
                                    alarm.text().title(),
                                    Alarm.page(alarm.name()),
                                    alarm.severity().label())))
                .toList());
  }

  private static void check(String file, String facts) {
    Goldens.checkPart(FOLDER.resolve(file), "facts", facts);
  }

  private static String facts(Alarm alarm) {
    Text text = alarm.text();
    boolean onlyInPromql = alarm.equals(AlarmTable.NODE_SILENT);
    String picture = alarm.name() + ".svg";
    return "\n"
        + (onlyInPromql
            ? ""
            : "![The value and the alarm in a simulated cluster](" + picture + ")\n\n")
        + "| | |\n| --- | --- |\n"
        + row("severity", alarm.severity().label())
        + row(
            "name",
            (onlyInPromql
                    ? ""
                    : "`cni-CLUSTER-%s%s` in CloudWatch, "
                        .formatted(alarm.name(), alarm.isOfSubnet() ? "-SUBNET" : ""))
                + "`Cni%s` in Prometheus".formatted(alarm.id()))
        + row("starts when", onlyInPromql ? silence(alarm) : condition(alarm))
        + alarm
            .threshold()
            .parameter()
            .map(name -> row("threshold", "the parameter `%s` of the template".formatted(name)))
            .orElse("")
        + row("findings", checks(text))
        + "\nFind the node. %s:\n\n%s\n".formatted(whichNode(alarm), indented(query(text)))
        + (text.troubles().isEmpty()
            ? "\nIf the agent's pod runs, examine NODE:\n\n"
            : "\nThen examine NODE:\n\n")
        + indented(WhichNode.doctor("NODE"))
        + "\n\n| finding | remedy, for which the doctor prints the commands |\n| --- | --- |\n"
        + text.checks().stream()
            .map(id -> row("`" + id + "`", requireNonNull(DoctorTexts.remedies().get(id), id)))
            .collect(Collectors.joining())
        + "\n"
        + doctor(alarm);
  }

  /** What doctor prints for the simulated node that the page names. */
  private static String doctor(Alarm alarm) {
    return SCENARIO
        .matcher(read(FOLDER.resolve(Alarm.page(alarm.name()))))
        .results()
        .map(found -> found.group(1))
        .flatMap(
            label -> Arrays.stream(NamedScenario.values()).filter(s -> s.label().equals(label)))
        .findFirst()
        .map(
            scenario ->
                "The doctor of the simulated node `%s` prints first:\n\n%s\n\n"
                    .formatted(scenario.label(), indented(DoctorTexts.firstFinding(scenario))))
        .orElse("");
  }

  private static String whichNode(Alarm alarm) {
    if (alarm.text().troubles().isEmpty()) {
      return alarm.isOfSubnet()
          ? "In Prometheus `%s` lists the nodes of the subnet. These are the agents"
              .formatted(NODES_OF_SUBNET)
          : "These are the agents";
    }
    String inPrometheus =
        switch (Subject.of(alarm)) {
          case NODE -> "An alert of Prometheus names the node";
          case SUBNET -> "In Prometheus `%s` lists the nodes".formatted(NODES_OF_SUBNET);
          case CLUSTER ->
              "In Prometheus `topk(10, %s)` lists the nodes"
                  .formatted(alarm.metrics().get(0).prometheus());
        };
    return "[`kubectl cni-doctor`](../commands.md#all-nodes-at-once) asks all nodes.\n"
        + inPrometheus
        + ".\nThis query finds the node in Logs Insights. The log group of Container Insights is\n"
        + "`/aws/containerinsights/CLUSTER/application`";
  }

  private static String query(Text text) {
    return text.troubles().isEmpty()
        ? WhichNode.agents()
        : WhichNode.logsInsights(
            text.troubles(), text.troubles().contains(MetricCatalog.AWS_API_ERR));
  }

  private static String facts(List<Alarm> pages) {
    return "\n| alarm | starts when | findings |\n| --- | --- | --- |\n"
        + pages.stream()
            .map(
                alarm ->
                    row(
                        "[%s](%s)".formatted(alarm.text().title(), Alarm.page(alarm.name())),
                        condition(alarm) + " | " + checks(alarm.text())))
            .collect(Collectors.joining())
        + "\n";
  }

  private static String condition(Alarm alarm) {
    return alarm.metrics().stream()
        .map(metric -> "`%s`".formatted(metric.name()))
        .collect(Collectors.joining(", ", "", ": " + MetricsDocument.condition(alarm)));
  }

  private static String silence(Alarm alarm) {
    return "no `%s` for %d minutes, after values in the last %d minutes"
        .formatted(
            alarm.metrics().get(0).name(),
            alarm.evaluation().datapoints(),
            alarm.evaluation().periods());
  }

  private static String checks(Text text) {
    return text.checks().stream().map("`%s`"::formatted).collect(Collectors.joining(", "));
  }

  private static String row(String head, String cell) {
    return "| %s | %s |\n".formatted(head, cell);
  }

  private static String indented(String text) {
    return text.lines()
        .map(line -> line.isEmpty() ? "" : "    " + line)
        .collect(Collectors.joining("\n"));
  }

  private static String read(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
