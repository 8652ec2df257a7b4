package io.cnimetrics.text;

import static java.util.stream.Collectors.joining;

import java.util.stream.Stream;

/**
 * Makes untrusted text, such as tags and labels, safe for a terminal. A character that could move
 * the cursor, start an escape sequence, break a line or reverse the text direction becomes a
 * question mark.
 */
public final class Printable {
  /** Characters from this code point on are usually two columns wide, except symbols. */
  private static final int WIDE = 0x1100;

  /** Symbols, such as arrows, have code points from here on. A symbol is one column wide. */
  private static final int SYMBOLS_FROM = 0x2000;

  private static final int SYMBOLS_TO = 0x22ff;

  private Printable() {}

  /** Replaces each invisible character with a question mark. */
  public static String of(String text) {
    return text.codePoints()
        .map(character -> isVisible(character) ? character : '?')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Replaces each invisible character except line feeds with a question mark. */
  public static String ofLines(String text) {
    return Stream.of(text.split("\n", -1)).map(Printable::of).collect(joining("\n"));
  }

  /** Escapes every invisible character as in JSON. JSON itself requires only a few escapes. */
  public static String escaped(String text) {
    StringBuilder seen = new StringBuilder(text.length());
    int next;
    for (int i = 0; i < text.length(); i = next) {
      next = text.offsetByCodePoints(i, 1);
      int character = text.codePointAt(i);
      if (isVisible(character)) {
        seen.appendCodePoint(character);
      } else {
        text.substring(i, next).chars().forEach(half -> seen.append("\\u%04x".formatted(half)));
      }
    }
    return seen.toString();
  }

  private static boolean isVisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  /** The largest number of columns that a text can need. */
  public static int columns(String text) {
    return text.codePoints().map(Printable::columns).sum();
  }

  /** The length of the longest prefix that fits into the columns, but at least one character. */
  public static int fitting(String text, int columns) {
    int end = text.offsetByCodePoints(0, 1);
    int taken = columns(text.codePointAt(0));
    while (end < text.length()) {
      int character = text.codePointAt(end);
      taken += columns(character);
      if (taken > columns) {
        break;
      }
      end += Character.charCount(character);
    }
    return end;
  }

  private static int columns(int character) {
    boolean symbol = character >= SYMBOLS_FROM && character <= SYMBOLS_TO;
    return character < WIDE || symbol ? 1 : 2;
  }
}
