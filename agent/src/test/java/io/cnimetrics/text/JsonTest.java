package io.cnimetrics.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void documentIsReadAsItWasWritten() {
    Map<String, Object> document =
        Json.object(
            "text",
            "a\"\u001b\n日本",
            "number",
            1.5,
            "whole",
            7.0,
            "truth",
            true,
            "list",
            List.of(List.of(), Map.of(), "b"),
            "object",
            Json.object("c", false));

    assertThat(Json.parse(Json.compact(document))).isEqualTo(document);
    assertThat(Json.parse(Json.indented(document))).isEqualTo(document);
    assertThat(Json.parse(Json.entryPerLine(document))).isEqualTo(document);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[1]", "{} x", "{}{}", "{\"a\":", "{\"a\":[1}", "{\"a\":null}", "a"})
  void otherTextIsRejected(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Json.parse(text));
  }
}
