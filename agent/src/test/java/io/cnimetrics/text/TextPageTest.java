package io.cnimetrics.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextPageTest {
  private final TextPage page = new TextPage(Palette.PLAIN);

  @Test
  void valueOfARowIsWrappedInItsColumn() {
    page.row("Node", 11, "word ".repeat(16).strip());

    assertThat(page.toString().lines())
        .containsExactly(
            "Node       word word word word word word word word word word word word word word",
            "           word word");
  }

  @Test
  void entryOfAListIsWrappedBesideItsDash() {
    page.list(List.of("a", "word ".repeat(16).strip()), text -> "<" + text + ">");

    assertThat(page.toString().lines())
        .containsExactly(
            "<  - a>",
            "<  - word word word word word word word word word word word word word word word>",
            "<    word>");
  }

  @Test
  void lineHasNoSpacesAtItsEnd() {
    page.line("a  ");
    page.row("Empty", 11, "");

    assertThat(page.toString()).isEqualTo("a\nEmpty\n");
  }

  @Test
  void wideCharactersArePaddedByTheirColumns() {
    assertThat(TextPage.padded("日本", 6)).isEqualTo("日本  ");
  }
}
