package io.cnimetrics.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private static final Path FULL = Path.of("/dev/full");

  @Test
  void closedReaderIsReported() {
    Console console = new Console(closed(), none(), Palette.PLAIN);

    assertThat(console.print("text")).isFalse();
  }

  @Test
  void fullDiskIsAFailureWithItsReason() throws IOException {
    assumeThat(FULL).exists();
    try (OutputStream full = new FileOutputStream(FULL.toFile())) {
      Console console = new Console(full, none(), Palette.PLAIN);

      assertThatThrownBy(() -> console.print("text"))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("cannot write to standard output: No space left on device");
    }
  }

  @Test
  void textIsFlushed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Console console = new Console(bytes, none(), Palette.PLAIN);

    assertThat(console.print("4 × 14")).isTrue();
    assertThat(bytes.toString(UTF_8)).isEqualTo("4 × 14");
  }

  @Test
  void errorIsOneLine() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Console console = new Console(none(), new PrintStream(bytes, false, UTF_8), Palette.PLAIN);

    console.error("two\nlines\u001b[2J");

    assertThat(bytes.toString(UTF_8)).isEqualTo("cni-metrics-agent: two?lines?[2J\n");
  }

  @Test
  void noColorMeansNoColour() {
    assertThat(Console.ofProcess(Map.of("TERM", "xterm", "NO_COLOR", "1")).palette())
        .isEqualTo(Palette.PLAIN);
  }

  @Test
  void dumbTerminalHasNoColours() {
    assertThat(Console.ofProcess(Map.of()).palette()).isEqualTo(Palette.PLAIN);
    assertThat(Console.ofProcess(Map.of("TERM", "dumb")).palette()).isEqualTo(Palette.PLAIN);
  }

  private static PrintStream none() {
    return new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
  }

  private static OutputStream closed() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        throw new IOException("Broken pipe");
      }
    };
  }
}
