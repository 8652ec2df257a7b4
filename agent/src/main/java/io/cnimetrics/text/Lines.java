package io.cnimetrics.text;

import java.util.ArrayList;
import java.util.List;

/** Wraps text at a width. No character is removed. The text can be untrusted. */
public final class Lines {
  private final int width;
  private final List<String> lines = new ArrayList<>();
  private final StringBuilder line = new StringBuilder();

  private Lines(int width) {
    this.width = width;
  }

  /** Wraps a long text between clauses, and wraps a long clause between words. */
  public static List<String> ofClauses(String text, int width) {
    String printable = Printable.of(text);
    if (Printable.columns(printable) <= width) {
      return List.of(printable);
    }
    List<String> lines = new ArrayList<>();
    for (String clause : printable.split("(?<=;) ", -1)) {
      lines.addAll(of(clause, width));
    }
    return lines;
  }

  /** Wraps a text between words. If a word is longer than a line, the word is broken. */
  public static List<String> of(String text, int width) {
    return new Lines(width).broken(Printable.of(text));
  }

  private List<String> broken(String text) {
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && Printable.columns(line + " " + word) > width) {
        end();
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
      while (Printable.columns(line.toString()) > width) {
        String rest = line.substring(Printable.fitting(line.toString(), width));
        line.setLength(line.length() - rest.length());
        end();
        line.append(rest);
      }
    }
    end();
    return lines;
  }

  private void end() {
    lines.add(line.toString());
    line.setLength(0);
  }
}
