package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.SystemProperties.NoMetadata;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoMetadata.class)
class DoctorTest {
  private final Terminal terminal = new Terminal(Map.of());
  @TempDir private Path folder;

  @Test
  void healthyNodeExitsWithZero() {
    assertThat(doctor(NamedScenario.HEALTHY)).isEqualTo(Cli.OK);
    assertThat(terminal.out()).startsWith("Node  n1, cluster c, ").contains("\n0 fail, ");
    assertThat(terminal.err()).isEmpty();
  }

  @Test
  void simulatedNodeSendsNoTestDatum() {
    assertThat(terminal.refusal("doctor", "--simulate", "healthy", "--send-test"))
        .contains("--send-test and --simulate exclude each other");
  }

  @Test
  void nodeWithoutIpamdExitsWithOne() {
    assertThat(doctor(NamedScenario.IPAMD_DOWN)).isEqualTo(Cli.FAILED);
    assertThat(terminal.out()).contains("\nFAIL  ipamD does not run, or failed to start ");
  }

  @Test
  void machineWithNothingOfANodeIsPerhapsNoNode() {
    doctor(NamedScenario.IPAMD_DOWN);

    assertThat(words()).contains("Or this machine is not an EKS node", "run doctor in the agent's");
  }

  @Test
  void knownMaxPodsBelongToANode() {
    doctor(NamedScenario.IPAMD_DOWN, "--max-pods=58");

    assertThat(words()).contains("ipamD ends at its start").doesNotContain("not an EKS node");
  }

  private String words() {
    return terminal.out().replaceAll("\\s+", " ");
  }

  @Test
  void warningsAreNoFailure() {
    assertThat(doctor(NamedScenario.METRICS_OFF)).isEqualTo(Cli.OK);
    assertThat(terminal.out()).contains("\nWARN  ipamD's metrics cannot be read ");
  }

  @Test
  void jsonHasAllFindingsWorstFirst() {
    assertThat(doctor(NamedScenario.SUBNET_EMPTY, "--output=json")).isEqualTo(Cli.FAILED);

    JsonNode findings = RecordedNode.json(terminal.out()).get("findings");
    assertThat(findings.get(0).get("level").asText()).isEqualTo("fail");
    assertThat(findings.findValuesAsText("id")).contains("ec2-no-addresses", "state-dir");
    assertThat(findings)
        .allSatisfy(
            finding ->
                assertThat(finding.fieldNames())
                    .toIterable()
                    .contains("id", "level", "title", "evidence", "cause", "remedy"));
  }

  @Test
  void verboseShowsPassedChecks() {
    doctor(NamedScenario.HEALTHY, "--verbose");

    assertThat(terminal.out()).contains("\nOK\n  introspection             ipamD reports");
  }

  @Test
  void stateOfARunningAgentIsNotTouched() throws IOException {
    Path lock = folder.resolve("lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      doctor(NamedScenario.HEALTHY, "--output=json", "--state-dir=" + folder);

      assertThat(level("state-dir")).isEqualTo("ok");
      assertThat(held.isValid()).isTrue();
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).containsExactly(lock);
      }
    }
  }

  @Test
  void missingStateDirectoryIsNotCreated() {
    Path missing = folder.resolve("not").resolve("there");
    doctor(NamedScenario.HEALTHY, "--output=json", "--state-dir=" + missing);

    assertThat(level("state-dir")).isEqualTo("ok");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void stateDirectoryThatIsAFileIsAWarning() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    doctor(NamedScenario.HEALTHY, "--output=json", "--state-dir=" + file.resolve("state"));

    assertThat(level("state-dir")).isEqualTo("warn");
  }

  @Test
  void injectedAgentIsFoundInTheEnvironment() {
    Terminal injected = new Terminal(Map.of("JAVA_TOOL_OPTIONS", "-javaagent:/opt/dd.jar"));
    try (SimulatedIpamd ipamd = start(NamedScenario.HEALTHY)) {
      injected.run(arguments(ipamd));
    }

    assertThat(injected.out()).contains("A Java agent is injected", "JAVA_TOOL_OPTIONS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--watch=0", "--watch=many", "--output=xml", "--verbose=2", "--simulate"})
  void badFlagsAreRejected(String flag) {
    assertThat(terminal.refusal("doctor", flag)).contains(flag.split("=", 2)[0]);
  }

  @Test
  void simulatedNodeNeedsNoSecondTerminalAndItsAgentKnowsSinceWhen() {
    assertThat(terminal.run("doctor", "--simulate", "security-group-gone")).isEqualTo(Cli.FAILED);
    assertThat(terminal.out())
        .startsWith("Node  security-group-gone, m5.xlarge, cluster simulated\n      checked at 20")
        .containsPattern(" \\d\\d:\\d\\d UTC\n\nFAIL  Pods get no ")
        .contains("CreateNetworkInterface InvalidSecurityGroupID.NotFound", "      since   ");
    assertThat(terminal.err()).isEmpty();
  }

  /** Pods fail some time after the rights are removed, when the pool is empty. */
  @Test
  void evidenceAndBeginningOfAFindingNameTheSameTime() {
    terminal.run("doctor", "--simulate", "rights-removed");
    Matcher times =
        Pattern.compile(
                "UnauthorizedOperation: \\d+ times since (\\S+)[^$]*?\\n +since +(\\S+) UTC")
            .matcher(terminal.out());

    assertThat(times.find()).isTrue();
    assertThat(times.group(1)).isEqualTo(times.group(2));
  }

  @Test
  void simulatedNodeHasNoFindingsAboutThisMachine() {
    assertThat(terminal.run("doctor", "--simulate=healthy", "--output=json")).isEqualTo(Cli.OK);
    assertThat(RecordedNode.json(terminal.out()).findValuesAsText("id"))
        .contains("pod-routes", "instance-enis")
        .doesNotContain("state-dir", "instance-metadata", "monitoring-endpoint", "clock");
  }

  @Test
  void misspeltScenarioSuggestsTheNearestName() {
    for (String flags :
        List.of("doctor --simulate=subnet-emty", "simulate --scenario=subnet-emty")) {
      assertThat(terminal.run(flags.split(" "))).isEqualTo(Cli.USAGE);
    }
    assertThat(terminal.err().lines().filter(line -> line.contains("did you mean subnet-empty?")))
        .hasSize(2);
  }

  @Test
  void unknownScenarioNamesTheCommandThatListsAllScenarios() {
    assertThat(terminal.refusal("doctor", "--simulate=nothing"))
        .contains(
            "'nothing': expected the name of a scenario; 'cni-metrics-agent simulate --list' lists")
        .doesNotContain("healthy");
  }

  @Test
  void scenarioAndSettingsOfTheNodeExcludeEachOther() {
    assertThat(terminal.refusal("simulate", "--scenario=healthy", "--pods=3"))
        .contains("--scenario healthy and --pods exclude each other");
  }

  /** Doctor can run on another host, with {@code kubectl port-forward}. */
  @ParameterizedTest
  @ValueSource(longs = {-3_600, 0, 3_600})
  void clockOfDoctorNeedNotBeRight(long ahead) {
    RecordedNode node = RecordedNode.of("v1.23.1/cooldown");
    long start = Instant.now().minusSeconds(1_830).getEpochSecond();
    try (FakeIpamd ipamd = new FakeIpamd().serve(node)) {
      ipamd.serve(
          "/metrics",
          "awscni_ipamd_error_count{fn=\"a\"} 7\nprocess_start_time_seconds %d\n".formatted(start));
      terminal
          .at(() -> Instant.now().plusSeconds(ahead))
          .run(
              "doctor",
              "--introspection-url=" + ipamd.introspectionUrl(),
              "--metrics-url=" + ipamd.metricsUrl(),
              "--output=json",
              "--verbose");
    }

    assertThat(terminal.out())
        .contains(node.truth().get("coolingIPAddresses") + " addresses are cooling")
        .contains("ipamD has run for 30 min")
        .contains("a: 7 since ipamD started, at an unknown time");
  }

  private String level(String id) {
    return level(terminal.out(), id);
  }

  /** The level of a finding in a document. */
  static String level(String document, String id) {
    for (JsonNode finding : RecordedNode.json(document).get("findings")) {
      if (finding.get("id").asText().equals(id)) {
        return finding.get("level").asText();
      }
    }
    throw new AssertionError(id + " is not in " + document);
  }

  private int doctor(NamedScenario scenario, String... more) {
    try (SimulatedIpamd ipamd = start(scenario)) {
      return terminal.run(arguments(ipamd, more));
    }
  }

  static SimulatedIpamd start(NamedScenario scenario) {
    return SimulatedIpamd.start(
        scenario.scenario(), SimulatedIpamd.Ports.ANY, scenario.warmUp(), InstantSource.system());
  }

  private static String[] arguments(SimulatedIpamd ipamd, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "doctor",
                "--introspection-url=" + ipamd.introspectionUrl(),
                "--metrics-url=" + ipamd.metricsUrl(),
                "--cluster-id=c",
                "--region=eu-west-1",
                "--node-name=n1"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }
}
