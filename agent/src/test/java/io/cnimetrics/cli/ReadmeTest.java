package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
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
  @Test
  void showsTheStartOfWhatTheDryRunPrints() {
    String shown = dryRun().replaceFirst("(?s)\n  totalIPv4Prefixes .*", "\n  ...\n");
    Goldens.checkPart(Path.of("..", "README.md"), "dry-run", "\n```\n" + shown + "```\n\n");
  }

  @Test
  void namesTheCommandsForAClone() throws IOException {
    assertThat(Files.readString(Path.of("..", "README.md")))
        .contains("\n    make dry-run ", "\n    make test ");
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
