package io.cnimetrics.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.RecordedNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b", "\0", "\r", "\n", "\t", "\u007f", "\u009b", "\u202e", "\u2066", "\ud800"
      })
  void invisibleCharacterBecomesAQuestionMark(String character) {
    assertThat(Printable.of("a" + character + "b")).isEqualTo("a?b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ip-10-0-0-1.eu-west-1", "4 ENIs × 14 − 1 …", "Zürich", "日本", "🙂"})
  void visibleTextStays(String text) {
    assertThat(Printable.of(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u007f", "\u009b", "\u202e", "\ud800", "\udb40\udc01", "\udbff\udfff"})
  void invisibleCharacterIsEscapedInJson(String character) {
    String escaped = Printable.escaped("{\"a\":\"" + character + "\"}");

    assertThat(escaped).matches("\\{\"a\":\"(\\\\u[0-9a-f]{4})+\"}");
    assertThat(RecordedNode.json(escaped).get("a").asText()).isEqualTo(character);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": \"Zürich\"}", "\"日本 🙂 \\\\ \\u0000\""})
  void visibleJsonStays(String json) {
    assertThat(Printable.escaped(json)).isEqualTo(json);
  }
}
