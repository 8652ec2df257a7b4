package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** People paste the doctor's commands into a shell at night. */
class CommandsTest {
  private static List<String> commands = List.of();

  /** The commands of all checks and scenarios, with the ids of a node. */
  @BeforeAll
  static void collect() {
    NodeEvidence node = DoctorFixture.poll(NamedScenario.HEALTHY);
    Stream<String> ofChecks =
        DoctorFixture.CHECKS.stream()
            .flatMap(check -> Commands.complete(check.spec().commands(), node.identity()).stream());
    Stream<String> ofScenarios =
        Arrays.stream(NamedScenario.values())
            .filter(scenario -> scenario != NamedScenario.INTROSPECTION_HANGS) // It needs 5 s.
            .flatMap(scenario -> DoctorFixture.findings(scenario, 2).stream())
            .flatMap(finding -> finding.commands().stream());
    commands = Stream.concat(ofChecks, ofScenarios).distinct().sorted().toList();
  }

  @Test
  void eachCommandIsOneLineWithoutPlaceholders() {
    assertThat(commands)
        .hasSizeGreaterThan(20)
        .noneMatch(command -> command.contains("\n"))
        .noneMatch(command -> command.matches(".*<[a-z][^>]*>.*"));
  }

  @Test
  void shellUnderstandsEachCommand() throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
    shell.getOutputStream().write(String.join("\n", commands).getBytes(StandardCharsets.UTF_8));
    shell.getOutputStream().close();
    try (InputStream output = shell.getInputStream()) {
      assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    }
    assertThat(shell.waitFor()).isZero();
  }

  @Test
  void commandThatChangesTheAddOnOrTheDaemonSetSaysThatItChangesEveryNode() {
    assertThat(commands)
        .filteredOn(
            command ->
                command.contains(" set env ds ")
                    || command.contains("update-addon")
                    || command.contains("attach-role-policy"))
        .isNotEmpty()
        .allMatch(command -> command.contains("  # changes every node"));
  }

  @Test
  void commandWithoutAKnownIdIsLeftOut() {
    NodeEvidence healthy = DoctorFixture.poll(NamedScenario.HEALTHY);
    NodeIdentity unknown =
        new NodeIdentity("it's a node", Optional.empty(), Optional.empty(), Instance.UNKNOWN);

    assertThat(Commands.complete(List.of(Commands.ENIS_OF_INSTANCE), unknown)).isEmpty();
    assertThat(Commands.complete(List.of(Commands.DRAIN), unknown))
        .containsExactly(
            "kubectl drain --ignore-daemonsets --delete-emptydir-data 'it'\\''s a node'");
    assertThat(Commands.complete(List.of(Commands.DRAIN), healthy.identity()))
        .allMatch(command -> command.endsWith(" node"));
  }
}
