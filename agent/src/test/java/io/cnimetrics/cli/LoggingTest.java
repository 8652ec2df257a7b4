package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.config.LogFormat;
import io.cnimetrics.config.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated
class LoggingTest {
  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
  }

  @AfterEach
  void stopListening() {
    System.setOut(realOut);
    System.setErr(realErr);
    Logging.configure(LogLevel.WARN, LogFormat.TEXT);
  }

  @Test
  void textLineGoesToStandardErrorAlone() {
    log(LogLevel.INFO, LogFormat.TEXT, "node=a up=1");

    assertThat(err.toString(UTF_8))
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z INFO  LoggingTest node=a up=1\n");
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void jsonLineGoesToStandardErrorAlone() {
    log(LogLevel.INFO, LogFormat.JSON, "say \"up\"\n");

    assertThat(err.toString(UTF_8)).startsWith("{").contains("say \\\"up\\\"\\n").endsWith("}\n");
    assertThat(err.toString(UTF_8).lines()).hasSize(1);
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void lessSevereLinesAreLeftOut() {
    log(LogLevel.WARN, LogFormat.TEXT, "node=a up=1");

    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void messageCannotWriteToTheTerminal() {
    log(LogLevel.INFO, LogFormat.TEXT, "a\nforged line\u001b[2J\u202e");

    assertThat(err.toString(UTF_8)).endsWith(" a?forged line?[2J?\n");
  }

  private static void log(LogLevel level, LogFormat format, String message) {
    Logging.configure(level, format);
    LoggerFactory.getLogger(LoggingTest.class).info(message);
  }
}
