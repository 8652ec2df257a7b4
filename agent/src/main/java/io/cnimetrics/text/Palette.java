package io.cnimetrics.text;

/** Adds terminal colours to texts. {@code PLAIN} adds no colours. */
public enum Palette {
  PLAIN(false),
  COLOURED(true);

  private static final String RESET = "\u001b[0m";

  private final boolean coloured;

  Palette(boolean coloured) {
    this.coloured = coloured;
  }

  public String bold(String text) {
    return paint("1", text);
  }

  public String green(String text) {
    return paint("32", text);
  }

  public String yellow(String text) {
    return paint("33", text);
  }

  public String red(String text) {
    return paint("31", text);
  }

  public String faint(String text) {
    return paint("2", text);
  }

  private String paint(String code, String text) {
    return coloured && !text.isEmpty() ? "\u001b[" + code + "m" + text + RESET : text;
  }
}
