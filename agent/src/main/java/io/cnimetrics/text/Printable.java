package io.cnimetrics.text;

/**
 * Text that others wrote, such as tags and labels, made safe for a terminal: a character that could
 * move the cursor, start an escape sequence, break a line or turn the direction of the text becomes
 * a question mark.
 */
public final class Printable {
  /** Unicode from here on is two columns wide as a rule, but for the signs below. */
  private static final int WIDE = 0x1100;

  private static final int SIGNS_FROM = 0x2000;
  private static final int SIGNS_TO = 0x22ff;

  private Printable() {}

  /** The text with nothing in it but characters that are seen. */
  public static String of(String text) {
    return text.codePoints()
        .map(character -> isSeen(character) ? character : '?')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /**
   * A JSON text with an escape for each character that is not seen, which JSON itself asks of a few
   * only. Line ends stay: they can only stand between its parts.
   */
  public static String inJson(String json) {
    StringBuilder seen = new StringBuilder(json.length());
    int next;
    for (int i = 0; i < json.length(); i = next) {
      next = json.offsetByCodePoints(i, 1);
      int character = json.codePointAt(i);
      if (character == '\n' || isSeen(character)) {
        seen.appendCodePoint(character);
      } else {
        json.substring(i, next).chars().forEach(half -> seen.append("\\u%04x".formatted(half)));
      }
    }
    return seen.toString();
  }

  private static boolean isSeen(int character) {
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

  /** The columns that a text takes at most. */
  public static int columns(String text) {
    return text.codePoints().map(Printable::columns).sum();
  }

  /** The length of the longest start of a text that fits the columns; at least one character. */
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
    boolean sign = character >= SIGNS_FROM && character <= SIGNS_TO;
    return character < WIDE || sign ? 1 : 2;
  }
}
