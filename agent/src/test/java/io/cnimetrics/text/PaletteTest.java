package io.cnimetrics.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaletteTest {
  @Test
  void plainPaletteLeavesTextUnchanged() {
    assertThat(Palette.PLAIN.red("full")).isEqualTo("full");
  }

  @Test
  void colourEndsWithTheText() {
    assertThat(Palette.COLOURED.red("full")).isEqualTo("\u001b[31mfull\u001b[0m");
  }

  @Test
  void emptyTextIsNotColoured() {
    assertThat(Palette.COLOURED.red("")).isEmpty();
  }
}
