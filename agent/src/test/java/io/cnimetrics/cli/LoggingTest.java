package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.config.AgentConfig.LogFormat;
import io.cnimetrics.testing.LogFields;
import io.cnimetrics.testing.LogFields.Field;
import io.cnimetrics.testing.RecordedNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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
    Logging.configure(Level.WARN, LogFormat.TEXT);
  }

  @Test
  void textLineGoesOnlyToStandardError() {
    log(Level.INFO, LogFormat.TEXT, "node=a up=1");

    assertThat(err.toString(UTF_8))
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z INFO  LoggingTest node=a up=1\n");
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void jsonLineGoesOnlyToStandardError() {
    log(Level.INFO, LogFormat.JSON, "say \"up\" to /livez\n");

    assertThat(err.toString(UTF_8))
        .startsWith("{")
        .contains("say \\\"up\\\" to /livez\\n")
        .endsWith("}\n");
    assertThat(err.toString(UTF_8).lines()).hasSize(1);
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void warningOfALibraryHasTheFormatOfTheAgent(LogFormat format) {
    Logging.configure(Level.INFO, format);
    java.util.logging.Logger library = java.util.logging.Logger.getLogger("okhttp3.OkHttpClient");
    library.log(java.util.logging.Level.WARNING, "leaked\nconnection of {0}", "http://a");
    library.info("not shown");

    assertThat(err.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .contains("WARN", "OkHttpClient", "leaked\\nconnection of http://a");
  }

  @Test
  void jsonLineIsFlatWithTheFormattedMessage() {
    Logging.configure(Level.INFO, LogFormat.JSON);
    LoggerFactory.getLogger(LoggingTest.class).info("identity: node={} up={}", "a", 1);

    JsonNode line = RecordedNode.json(err.toString(UTF_8));
    assertThat(line.fieldNames())
        .toIterable()
        .containsExactly("timestamp", "level", "logger", "thread", "message");
    assertThat(Instant.parse(line.get("timestamp").asText()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now());
    assertThat(line.get("timestamp").asText()).hasSize("2026-01-01T00:00:00.000Z".length());
    assertThat(line.get("level").asText()).isEqualTo("INFO");
    assertThat(line.get("logger").asText()).isEqualTo(LoggingTest.class.getName());
    assertThat(line.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
    assertThat(line.get("message").asText()).isEqualTo("identity: node=a up=1");
    assertThat(err.toString(UTF_8)).endsWith(",\"message\":\"identity: node=a up=1\"}\n");
  }

  @Test
  void lessSevereLinesAreLeftOut() {
    log(Level.WARN, LogFormat.TEXT, "node=a up=1");

    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void messageCannotControlTheTerminal() {
    log(Level.INFO, LogFormat.TEXT, "a\nforged line\u001b[2J\u202e");

    assertThat(err.toString(UTF_8)).endsWith(" a\\u000aforged line\\u001b[2J\\u202e\n");
  }

  @ParameterizedTest
  @EnumSource
  void valueFromOutsideAddsNoFieldAndNoLine(HostileName name) {
    Logging.configure(Level.INFO, LogFormat.TEXT);
    Logger log = LoggerFactory.getLogger(LoggingTest.class);
    log.info(
        "a={} node={} {} b=\"{}\" c={} d={} e={}; {}",
        1,
        name.text(),
        Map.entry("f", name.text()),
        name.text(),
        List.of(name.text(), "g"),
        Map.of("h", name.text()),
        "",
        name.text());

    String line = err.toString(UTF_8);
    List<Field> fields = LogFields.of(line);
    assertThat(line.lines()).hasSize(1);
    assertThat(line.stripTrailing().codePoints()).noneMatch(LoggingTest::isObeyed);
    assertThat(fields).extracting(Field::key).containsExactly("a", "node", "f", "b", "c", "d", "e");
    assertThat(fields).element(1).isEqualTo(new Field("node", name.text()));
    assertThat(fields).element(2).isEqualTo(new Field("f", name.text()));
    assertThat(fields).element(3).isEqualTo(new Field("b", name.text()));
  }

  @ParameterizedTest
  @EnumSource
  void messageOfALibraryOrExceptionAddsNoFieldAndNoLine(HostileName name) {
    Logging.configure(Level.INFO, LogFormat.TEXT);
    LoggerFactory.getLogger("software.amazon.Library")
        .warn("answer " + name.text(), new IllegalStateException(name.text()));

    String line = err.toString(UTF_8);
    assertThat(line.lines()).hasSize(1);
    assertThat(line.stripTrailing().codePoints()).noneMatch(LoggingTest::isObeyed);
    assertThat(LogFields.of(line))
        .singleElement()
        .satisfies(
            field -> {
              assertThat(field.key()).isEqualTo("exception");
              assertThat(field.value()).startsWith("java.lang.IllegalStateException: ");
            });
  }

  @Test
  void harmlessValuesAreNotQuoted() {
    Logging.configure(Level.INFO, LogFormat.TEXT);
    LoggerFactory.getLogger(LoggingTest.class)
        .info(
            "sending to {}: {} namespace={} dimensions={} pages={} cause=\"{}\"",
            "CloudWatch",
            Map.entry("region", "eu-west-1"),
            "Kubernetes/CNI",
            Map.of("CLUSTER_ID", "prod"),
            List.of("/livez", "/readyz"),
            "refused: it's away");

    assertThat(err.toString(UTF_8))
        .endsWith(
            " sending to CloudWatch: region=eu-west-1 namespace=Kubernetes/CNI"
                + " dimensions={CLUSTER_ID=prod} pages=[/livez, /readyz]"
                + " cause=\"refused: it's away\"\n");
  }

  @Test
  void jsonLineCannotControlTheTerminalAndKeepsTheMessage() {
    String message =
        "\\a\n\r\tforged\\\"line\u0000\u001b[2J\ud800\u009b31m\u007f\u202e\u2028\udb40\udc01\ud83d\ude00 \u00e9";

    log(Level.INFO, LogFormat.JSON, message);

    String line = err.toString(UTF_8);
    assertThat(line.stripTrailing().codePoints()).noneMatch(LoggingTest::isObeyed);
    assertThat(RecordedNode.json(line).get("message").asText()).isEqualTo(message);
  }

  @ParameterizedTest
  @EnumSource
  void failureIsOnTheSameLine(LogFormat format) {
    Logging.configure(Level.INFO, format);
    LoggerFactory.getLogger(LoggingTest.class)
        .error(
            "failed\u001b",
            new IllegalStateException(
                "outer\n2026-01-01T00:00:00.000Z INFO  forged\u001b[2J",
                new IllegalArgumentException("inner\r\"\u202e")));

    String line = err.toString(UTF_8);
    assertThat(line).endsWith("\n").contains("outer", "inner", "LoggingTest");
    assertThat(line.substring(0, line.length() - 1).codePoints()).noneMatch(LoggingTest::isObeyed);
    if (format == LogFormat.JSON) {
      assertThat(RecordedNode.json(line).get("exception").asText())
          .contains(
              "IllegalStateException: outer\n", "\n\tat ", "\nCaused by: ", "inner\r\"\u202e");
    }
  }

  /** A character that moves the cursor, starts an escape sequence, or breaks or reverses a line. */
  private static boolean isObeyed(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private static void log(Level level, LogFormat format, String message) {
    Logging.configure(level, format);
    LoggerFactory.getLogger(LoggingTest.class).info(message);
  }
}
