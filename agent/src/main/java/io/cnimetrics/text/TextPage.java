package io.cnimetrics.text;

import java.util.List;
import java.util.function.UnaryOperator;

/** Writes a page for people, at most 80 columns wide. Long values are wrapped and indented. */
public final class TextPage {
  public static final int WIDTH = 80;

  private final Palette palette;
  private final StringBuilder text = new StringBuilder();

  public TextPage(Palette palette) {
    this.palette = palette;
  }

  /** Writes one line. The caller has made sure that the line fits and is printable. */
  public void line(String line) {
    text.append(line.stripTrailing()).append('\n');
  }

  /** Starts a new part of the page with a title. */
  public void title(String title) {
    title(title, "");
  }

  /** Like {@link #title(String)}, with the names of columns beside the title. */
  public void title(String title, String columns) {
    line("");
    line(palette.bold(title) + columns);
  }

  /**
   * Writes a label and its value, which starts at the given column. A label that is too long has
   * its own line.
   */
  public void row(String label, int column, String value) {
    String lead = label;
    if (Printable.columns(label) >= column) {
      line(palette.bold(label));
      lead = "";
    }
    beside(palette.bold(padded(lead, column)), column, value);
  }

  /** Writes a text between the given column and the end of the line. */
  public void paragraph(int column, String value) {
    beside(" ".repeat(column), column, value);
  }

  /** Writes a list. Each entry starts with a dash and has its own colour. */
  public void list(List<String> entries, UnaryOperator<String> colour) {
    for (String entry : entries) {
      String mark = "  - ";
      for (String line : Lines.of(entry, WIDTH - mark.length())) {
        line(colour.apply(mark + line));
        mark = " ".repeat(mark.length());
      }
    }
  }

  /**
   * Writes a text beside a lead, such as a coloured label.
   *
   * @param column the number of columns of the lead; all lines of the value start at this column
   */
  public void beside(String lead, int column, String value) {
    beside(lead, column, Lines.of(value, WIDTH - column));
  }

  /** Like {@link #beside(String, int, String)}, with lines that are already wrapped. */
  public void beside(String lead, int column, List<String> lines) {
    line(lead + lines.get(0));
    lines.stream().skip(1).forEach(next -> line(" ".repeat(column) + next));
  }

  /** Fills a text with spaces up to a number of columns. */
  public static String padded(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - Printable.columns(text)));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
