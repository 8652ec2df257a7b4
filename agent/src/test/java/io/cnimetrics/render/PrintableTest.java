package io.cnimetrics.render;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b", "\0", "\r", "\n", "\t", "\u007f", "\u009b", "\u202e", "\u2066", "\ud800"
      })
  void characterThatIsNotSeenBecomesQuestionMark(String character) {
    assertThat(Printable.of("a" + character + "b")).isEqualTo("a?b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ip-10-0-0-1.eu-west-1", "4 ENIs × 14 − 1 …", "Zürich", "日本", "🙂"})
  void whatIsSeenStays(String text) {
    assertThat(Printable.of(text)).isEqualTo(text);
  }
}
