package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelpGoldensTest {
  private final Terminal terminal = new Terminal(Map.of());

  @ParameterizedTest
  @CsvSource({
    "--help, help",
    "run --help, help-run",
    "dry-run --help, help-dry-run",
    "doctor --help, help-doctor",
    "status --help, help-status",
    "simulate --help, help-simulate",
    "dashboard --help, help-dashboard",
    "alarms --help, help-alarms",
    "plan --help, help-plan",
    "recommend --help, help-recommend",
    "prepare-state-dir --help, help-prepare-state-dir"
  })
  void helpIsAsApproved(String arguments, String file) {
    terminal.run(arguments.split(" "));

    Goldens.check(file + ".txt", terminal.out());
    assertThat(terminal.out().lines()).allMatch(line -> line.length() <= 80);
  }
}
