package io.cnimetrics.cli;

import static io.cnimetrics.cli.HostileName.assertVisible;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Settings;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.SystemProperties.NoMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Names from flags and variables are printed as data or rejected with a message of one line. */
@ExtendWith(NoMetadata.class)
class HostileNamesTest {
  private static final String NAMES = "io.cnimetrics.cli.HostileName#";

  /** The longest line about a problem. The line may quote 80 characters of the value twice. */
  private static final int LONGEST_LINE = 350;

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));

  @ParameterizedTest
  @MethodSource(NAMES + "printable")
  void dryRunPrintsPrintableNamesAsData(HostileName name) {
    JsonNode node = RecordedNode.json(named("dry-run", name, "--output=json")).get("node");
    assertThat(node.get("clusterId").asText()).isEqualTo(name.text());
    assertThat(node.get("nodeName").asText()).isEqualTo(name.text());
    JsonNode request = RecordedNode.json(named("dry-run", name, "--output=put-metric-data"));
    assertThat(request.findValuesAsText("Value")).contains(name.text());
    assertThat(named("dry-run", name, "--output=table"))
        .contains("Node       " + name.text(), "Cluster    " + name.text());
    assertThat(named("dry-run", name, "--output=prometheus"))
        .containsPattern("\ncni_ipamd_up\\{cluster=\".+\",node=\".+\"} 1.0\n");
  }

  @ParameterizedTest
  @MethodSource(NAMES + "printable")
  void doctorPrintsPrintableNamesAsData(HostileName name) {
    assertThat(RecordedNode.json(named("doctor", name, "--output=json")).get("findings"))
        .isNotEmpty();
    assertThat(named("doctor", name, "--verbose"))
        .startsWith("Node  %s, cluster %s".formatted(name.text(), name.text()));
  }

  @ParameterizedTest
  @EnumSource
  void dashboardAcceptsOrRejectsNames(HostileName name) {
    Terminal terminal = new Terminal(Map.of());
    String[] command = {"dashboard", "--cluster-id=" + name.text(), "--region=eu-west-1"};
    if (terminal.run(command) == Cli.USAGE) {
      assertRefused(terminal, "--cluster-id");
      return;
    }
    assertVisible(terminal.out());
    assertThat(RecordedNode.json(terminal.out()).findValues("metrics").toString())
        .contains("\"CLUSTER_ID\",\"%s\"".formatted(name.text()));
  }

  @ParameterizedTest
  @EnumSource
  void alarmsAcceptOrRejectNames(HostileName name) {
    Terminal terminal = new Terminal(Map.of());
    if (terminal.run("alarms", "--with-dashboard", "--cluster-id=" + name.text()) == Cli.USAGE) {
      assertRefused(terminal, "--cluster-id");
      return;
    }
    assertVisible(terminal.out());
    JsonNode parameters = RecordedNode.json(terminal.out()).get("Parameters");
    assertThat(parameters.get("ClusterId").get("Default").asText()).isEqualTo(name.text());
  }

  @ParameterizedTest
  @MethodSource(NAMES + "unprintable")
  void noSettingAcceptsUnprintableOrEndlessNames(HostileName name) {
    for (Flag<?> flag : Settings.all()) {
      Terminal flagged = new Terminal(Map.of());
      assertThat(flagged.run("dry-run", flag.name() + "=" + name.text())).isEqualTo(Cli.USAGE);
      assertRefused(flagged, flag.name());
      Terminal variable = new Terminal(Map.of(flag.variable(), name.text()));
      assertThat(variable.run("dry-run")).isEqualTo(Cli.USAGE);
      assertRefused(variable, flag.variable());
    }
  }

  @ParameterizedTest
  @EnumSource
  void unknownWordsAreRejected(HostileName name) {
    Terminal argument = new Terminal(Map.of());
    assertThat(argument.run("dashboard", "--cluster-id=a", "--region=eu-west-1", name.text()))
        .isEqualTo(Cli.USAGE);
    assertRefused(argument, "unknown flag or argument");
    Terminal command = new Terminal(Map.of());
    assertThat(command.run(name.text())).isEqualTo(Cli.USAGE);
    assertRefused(command, "unknown command");
  }

  private String named(String command, HostileName name, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                command,
                "--introspection-url=" + ipamd.introspectionUrl(),
                "--metrics-url=" + ipamd.metricsUrl(),
                "--region=eu-west-1",
                "--dimensions=NODE;CLUSTER_ID",
                "--cluster-id=" + name.text(),
                "--node-name=" + name.text()));
    words.addAll(List.of(more));
    Terminal terminal = new Terminal(Map.of());
    terminal.run(words.toArray(String[]::new));
    assertVisible(terminal.out());
    assertVisible(terminal.err());
    return terminal.out();
  }

  /** The first line names the problem. The second line names the help. */
  private static void assertRefused(Terminal terminal, String origin) {
    assertThat(terminal.out()).isEmpty();
    assertVisible(terminal.err());
    assertThat(terminal.err().lines()).hasSize(2).allMatch(line -> line.length() <= LONGEST_LINE);
    assertThat(terminal.err())
        .startsWith("cni-metrics-agent: " + origin + " '")
        .contains("\ncni-metrics-agent: see 'cni-metrics-agent ")
        .as("no half of a surrogate pair")
        .doesNotContain("?…");
  }
}
