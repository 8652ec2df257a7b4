package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.text.Console;
import io.cnimetrics.text.Palette;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final String BEGIN = "<!-- dry-run -->\n";
  private static final String END = "<!-- /dry-run -->\n";

  @Test
  void showsWhatTheDryRunPrints() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    String block = "\n```\n" + dryRun() + "```\n\n";

    if (Boolean.getBoolean("goldens.rewrite")) {
      Files.writeString(README, readme.substring(0, begin) + block + readme.substring(end));
      return;
    }
    assertThat(readme.substring(begin, end)).as("stale: run make goldens").isEqualTo(block);
  }

  private static String dryRun() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Map<String, String> environment =
        Map.of("NODE_NAME", "ip-10-0-1-23.us-west-2.compute.internal");
    int exitCode =
        new Cli(
                environment,
                new FakeClock(Instant.parse("2026-11-21T10:00:00Z")),
                new Console(stream, stream, Palette.PLAIN))
            .run(List.of("dry-run", "--simulate"));
    assertThat(exitCode).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }
}
