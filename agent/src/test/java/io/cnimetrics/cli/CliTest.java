package io.cnimetrics.cli;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType.Form;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.simulator.NamedScenario;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
  private static final String SEE_DRY_RUN =
      "cni-metrics-agent: see 'cni-metrics-agent dry-run --help'\n";

  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void missingCommandListsTheCommands() {
    assertThat(terminal.refusal())
        .contains("no command given; expected one of run, dry-run, doctor")
        .contains("see 'cni-metrics-agent --help'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"frob", "--frob", "DRY-RUN"})
  void unknownCommandIsNamed(String command) {
    assertThat(terminal.refusal(command)).contains("unknown command '%s'".formatted(command));
  }

  @ParameterizedTest
  @CsvSource({
    "dryrun, dry-run",
    "plans, plan",
    "Plan, plan",
    "recomend, recommend",
    "version, --version",
    "-help, --help"
  })
  void misspeltCommandSuggestsTheNearestName(String command, String meant) {
    assertThat(terminal.refusal(command))
        .isEqualTo(
            "cni-metrics-agent: unknown command '%s'; did you mean %s?\n".formatted(command, meant)
                + "cni-metrics-agent: see 'cni-metrics-agent --help'\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void helpListsTheCommands(String flag) {
    assertThat(terminal.output(flag)).contains("\n  dry-run ").contains("\n  simulate ");
  }

  @ParameterizedTest
  @CsvSource({"help, help", "help, --help", "--help, -h", "-h, help"})
  void helpOfHelpListsTheCommands(String first, String second) {
    assertThat(terminal.output(first, second)).contains("\n  dry-run ").contains("\n  simulate ");
  }

  @Test
  void helpCommandPrintsTheSameAsTheHelpFlag() {
    Terminal other = new Terminal(Map.of());
    assertThat(terminal.run("help", "simulate")).isEqualTo(Cli.OK);
    assertThat(other.run("simulate", "--help")).isEqualTo(Cli.OK);

    assertThat(terminal.out()).isEqualTo(other.out()).contains("--instance-type");
  }

  @ParameterizedTest
  @CsvSource({"dry-run, --state-dir=/tmp", "doctor, --dimensions=NODE"})
  void flagWithoutEffectIsAcceptedButNotListed(String command, String flag) {
    Terminal other = new Terminal(Map.of());
    assertThat(terminal.run(command, "--help")).isEqualTo(Cli.OK);
    assertThat(other.run(command, flag, "--output=none")).isEqualTo(Cli.USAGE);

    assertThat(terminal.out())
        .doesNotContain(flag.split("=")[0])
        .endsWith("\nThis command accepts the other flags of 'run', but ignores them.\n");
    assertThat(other.err().lines()).hasSize(2).anyMatch(line -> line.contains("--output 'none'"));
  }

  @ParameterizedTest
  @CsvSource({"--version", "dry-run --version", "simulate --version"})
  void versionComesFromTheBuild(String arguments) {
    assertThat(terminal.output(arguments.split(" ")))
        .matches("cni-metrics-agent [0-9]+\\.[0-9]+\\.[0-9]+.*\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help=x", "--version=x"})
  void helpAndVersionAcceptNoValue(String flag) {
    assertThat(terminal.refusal("dry-run", flag))
        .contains("'%s'".formatted(flag))
        .endsWith(SEE_DRY_RUN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--frob", "frob", "-x", "--si", "@pom.xml", "-", ""})
  void unknownFlagIsNamed(String flag) {
    assertThat(terminal.refusal("dry-run", "--simulate", flag))
        .isEqualTo(
            "cni-metrics-agent: unknown flag or argument '%s' of command dry-run\n".formatted(flag)
                + SEE_DRY_RUN);
  }

  @Test
  void valueOfAnUnknownFlagIsNoSecondProblem() {
    assertThat(terminal.refusal("dry-run", "--clusterid", "x"))
        .isEqualTo(
            "cni-metrics-agent: unknown flag or argument '--clusterid' of command dry-run;"
                + " did you mean --cluster-id?\n"
                + SEE_DRY_RUN);
  }

  @ParameterizedTest
  @CsvSource({
    "--clusterid=x, --cluster-id",
    "--Cluster_Id=x, --cluster-id",
    "cluster-id=x, --cluster-id",
    "--introspection=x, --introspection-url",
    "--regoin=x, --region",
    "--json, --output json",
    "--intrspection-url=x, --introspection-url"
  })
  void misspeltFlagSuggestsTheNearestName(String flag, String meant) {
    assertThat(terminal.refusal("dry-run", flag))
        .isEqualTo(
            "cni-metrics-agent: unknown flag or argument '%s' of command dry-run;".formatted(flag)
                + " did you mean %s?\n".formatted(meant)
                + SEE_DRY_RUN);
  }

  @ParameterizedTest
  @MethodSource("noSwitches")
  void flagWithoutValueIsBad(String flag) {
    assertThat(terminal.run("dry-run", flag, "--simulate")).isEqualTo(Cli.USAGE);
    assertThat(terminal.run("dry-run", "--simulate", flag)).isEqualTo(Cli.USAGE);
    assertThat(terminal.err().lines().filter(line -> line.contains(flag + " is empty: ")))
        .hasSize(2);
  }

  static Stream<String> noSwitches() {
    return Settings.all().stream()
        .filter(flag -> flag.type().form() != Form.SWITCH)
        .map(Flag::name);
  }

  @Test
  void flagGivenTwiceIsBad() {
    assertThat(terminal.refusal("dry-run", "--simulate", "--region=eu-west-1", "--region"))
        .contains("--region is given 2 times: give it once");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--simulate", "--simulate=true", "--simulate True"})
  void switchIsOnWithoutAValueOrWithTrue(String flag) {
    assertThat(terminal.output(("dry-run --output=json " + flag).split(" ")))
        .contains("\"instanceType\": \"m5.xlarge\"");
  }

  @Test
  void valueThatLooksLikeAFlagNeedsAnEqualsSign() {
    assertThat(terminal.run("dry-run", "--simulate", "--cluster-id=--frob")).isEqualTo(Cli.OK);
    assertThat(terminal.run("dry-run", "--simulate", "--cluster-id", "--frob"))
        .isEqualTo(Cli.USAGE);

    assertThat(terminal.out()).contains("Cluster    --frob");
    assertThat(terminal.err()).contains("--cluster-id is empty", "unknown flag or argument");
  }

  @Test
  void switchIsTrueOrFalse() {
    assertThat(terminal.refusal("dry-run", "--simulate=maybe"))
        .contains("--simulate 'maybe': expected true or false");
  }

  @ParameterizedTest
  @CsvSource({
    "--once --watch, '', --once and --watch",
    "--once=false --watch=false, '', --once and --watch",
    "'', DRY_RUN_ONCE=true DRY_RUN_WATCH=true, DRY_RUN_ONCE and DRY_RUN_WATCH"
  })
  void onceAndWatchExcludeEachOther(String flags, String variables, String named) {
    Terminal other = new Terminal(environment(variables));

    assertThat(other.refusal(("dry-run --simulate " + flags).strip().split(" ")))
        .contains(named + " exclude each other: give one");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', false",
    "--once=false, '', true",
    "--watch=false, '', false",
    "--once=false --watch, '', true",
    "--once, DRY_RUN_WATCH=true, false",
    "--watch, DRY_RUN_ONCE=true, true",
    "--watch=false, DRY_RUN_WATCH=true, false",
    "--once=false, DRY_RUN_ONCE=true DRY_RUN_WATCH=false, true",
    "--once, DRY_RUN_ONCE=true DRY_RUN_WATCH=true, false",
    "'', DRY_RUN_ONCE=false, true"
  })
  void flagOverridesTheOppositeVariable(String flags, String variables, boolean watches) {
    Values values =
        new Values(
            Arguments.of("dry-run", dryRun(), List.of(flags.split(" "))).given(),
            environment(variables),
            List.of());

    assertThat(DryRun.watches(values)).isEqualTo(watches);
    values.check();
  }

  private static Command dryRun() {
    return new DryRun(InstantSource.system());
  }

  private static Map<String, String> environment(String variables) {
    return Stream.of(variables.split(" "))
        .map(variable -> variable.split("=", 2))
        .filter(parts -> parts.length == 2)
        .collect(toMap(parts -> parts[0], parts -> parts[1]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--introspection-port=4567 --metrics-port=4567", "--metrics-port=61679"})
  void simulatorNeedsTwoPorts(String flags) {
    assertThat(terminal.refusal(("simulate " + flags).split(" ")))
        .containsPattern(
            "--introspection-port and --metrics-port are both [0-9]+: give two different");
  }

  @Test
  void simulatorListsEachScenarioWithItsMeaning() {
    assertThat(terminal.output("simulate", "--list").lines())
        .allMatch(line -> line.length() <= 80)
        .anyMatch(line -> line.matches("subnet-fragmented +the subnet has addresses, but no .*"));
    for (NamedScenario scenario : NamedScenario.values()) {
      assertThat(terminal.out()).containsPattern("(?m)^" + scenario.label() + " +\\S");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "metadata,      metadata-away",
    "crashloop,     crash-loop",
    "multi-nic,     multi-nic-card-full",
  })
  void unknownScenarioHasSuggestions(String name, String suggestion) {
    assertThat(terminal.refusal("simulate", "--scenario", name))
        .contains("did you mean ", suggestion, "simulate --list");
  }

  @Test
  void simulatorNamesSettingsThatContradictEachOtherAndAllOtherProblems() {
    assertThat(
            terminal.refusal(
                "simulate", "--prefix-delegation", "--cni-version=v1.8.0", "--speed=0"))
        .contains("prefix delegation with CNI v1.8.0", "--speed", "a factor greater than 0");
  }

  @Test
  void failureIsOfHttpOrOfEc2() {
    assertThat(terminal.refusal("simulate", "--fail=explode@everything"))
        .contains("KIND[@WHERE][:FROM-TO]", "CODE@CALL[:FROM-TO]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "plan --help",
        "plan --version",
        "plan --nodes=10",
        "alarms",
        "dashboard --cluster-id=c --region=eu-west-1",
        "dry-run --simulate --output=json",
        "dry-run --simulate --watch",
        "simulate --introspection-port=0 --metrics-port=0"
      })
  void outputThatCannotBeWrittenIsAFailure(String arguments) {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    Terminal other = new Terminal(Map.of(), full);

    assertThat(other.run(arguments.split(" "))).isEqualTo(Cli.FAILED);
    assertThat(other.err())
        .isEqualTo("cni-metrics-agent: cannot write to standard output: No space left on device\n");
  }

  @Test
  void allProblemsAreReportedTogether() {
    Terminal withVariable = new Terminal(Map.of("MAX_PODS", "many"));

    assertThat(
            withVariable
                .refusal("dry-run", "--frob", "--output=xml", "--region", "--watch=x")
                .lines())
        .hasSize(6)
        .anyMatch(line -> line.contains("'--frob'"))
        .anyMatch(line -> line.contains("--output 'xml'"))
        .anyMatch(line -> line.contains("--region is empty"))
        .anyMatch(line -> line.contains("--watch 'x'"))
        .anyMatch(line -> line.contains("MAX_PODS 'many'"));
  }

  @Test
  void problemCannotControlTheTerminal() {
    terminal.run("dry-run", "--output=\u001b[2J\u009b31m");

    assertThat(terminal.err()).contains("--output '?[2J?31m'").doesNotContain("\u001b", "\u009b");
  }
}
