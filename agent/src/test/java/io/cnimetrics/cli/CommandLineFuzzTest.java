package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** For any command line, the commands that print a document succeed or fail with a reason. */
class CommandLineFuzzTest {
  private static final String[] COMMANDS = {"plan", "dashboard", "alarms"};

  /** This length is enough for every flag. */
  private static final int LONGEST_WORD = 200;

  @FuzzTest
  void commandLineIsAnsweredOrRefused(FuzzedDataProvider data) {
    List<String> words = new ArrayList<>(List.of(data.pickValue(COMMANDS)));
    while (data.remainingBytes() > 0 && words.size() < 12) {
      words.add(data.consumeString(LONGEST_WORD));
    }
    Terminal terminal = new Terminal(Map.of());

    int exitCode = terminal.run(words.toArray(String[]::new));

    assertThat(exitCode).isIn(Cli.OK, Cli.USAGE);
    if (exitCode == Cli.OK) {
      assertThat(terminal.out()).isNotBlank();
    } else {
      assertThat(terminal.out()).isEmpty();
      assertThat(terminal.err()).contains("see 'cni-metrics-agent " + words.get(0) + " --help'");
    }
  }
}
