package io.cnimetrics.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinesTest {
  @Test
  void linesBreakBetweenWords() {
    assertThat(Lines.of("one two three", 7)).containsExactly("one two", "three");
  }

  @Test
  void wordThatIsTooLongBreaksInside() {
    assertThat(Lines.of("a bcdefghij k", 4)).containsExactly("a", "bcde", "fghi", "j k");
  }

  @Test
  void textThatFitsKeepsItsClausesTogether() {
    assertThat(Lines.ofClauses("one; two", 8)).containsExactly("one; two");
  }

  @Test
  void longTextBreaksBetweenClauses() {
    assertThat(Lines.ofClauses("one two; three four", 12))
        .containsExactly("one two;", "three four");
  }

  @Test
  void wideCharactersCountTwice() {
    assertThat(Lines.of("日本語", 4)).containsExactly("日本", "語");
  }

  @Test
  void emptyTextIsOneEmptyLine() {
    assertThat(Lines.of("", 4)).containsExactly("");
  }

  @Test
  void lineBreaksInTextAreReplaced() {
    assertThat(Lines.of("a\nb", 4)).containsExactly("a?b");
  }
}
