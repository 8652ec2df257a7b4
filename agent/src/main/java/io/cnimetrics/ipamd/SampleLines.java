package io.cnimetrics.ipamd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cnimetrics.snapshot.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the samples of a text in the Prometheus exposition format 0.0.4, one by one. Only the
 * current sample is in memory. Names and label values are cut to {@value #MAX_TOKEN_CHARS}
 * characters.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition
 *     formats</a>
 */
final class SampleLines {
  private static final int MAX_TOKEN_CHARS = 256;
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?");
  private static final int END = -1;

  private final InputStream text;
  private final Map<String, Set<String>> kept;
  private final byte[] buffer = new byte[8192];
  private final byte[] letters = new byte[MAX_TOKEN_CHARS];
  private final Matcher numeric = NUMBER.matcher("");
  private int letterCount;
  private int position;
  private int filled;

  private int current;
  private long line;
  private String name = "";
  private double value;
  private boolean labelled;
  private final Map<String, String> labels = new HashMap<>();

  /**
   * @param kept the labels to keep, by the name of the series
   */
  SampleLines(InputStream text, Map<String, Set<String>> kept) {
    this.text = text;
    this.kept = kept;
  }

  /**
   * Moves to the next sample. Returns false at the end of the text.
   *
   * @throws IpamdException if a line is neither a sample nor a comment nor blank
   */
  boolean next() throws IOException {
    while (true) {
      line++;
      advance();
      if (current == END) {
        return false;
      }
      skipBlanks();
      if (current == '#') {
        skipLine();
      } else if (!atLineEnd() && current != END) {
        sample();
        return true;
      }
      requireLineEnd();
    }
  }

  /**
   * Skips the rest of the text, which may be invalid. Returns whether a line after the current line
   * begins with the prefix.
   */
  boolean anyLeftBeginsWith(String prefix) throws IOException {
    boolean any = false;
    while (current != END) {
      skipLine();
      advance();
      any |= passes(prefix);
    }
    return any;
  }

  String name() {
    return name;
  }

  double value() {
    return value;
  }

  boolean labelled() {
    return labelled;
  }

  /** The value of a kept label, cut to {@value #MAX_TOKEN_CHARS} characters. */
  Optional<String> label(String label) {
    return Optional.ofNullable(labels.get(label));
  }

  /** If the text ends in the middle of a line, the exception reports only this fact. */
  IpamdException malformed(String what) {
    String seen = current == END ? "the text is cut short: the last line has no line end" : what;
    return new IpamdException(Reason.MALFORMED, "line %d: %s".formatted(line, seen));
  }

  private void sample() throws IOException {
    name = identifier("a metric's name");
    labels.clear();
    labelled = false;
    skipBlanks();
    if (current == '{') {
      labels(kept.getOrDefault(name, Set.of()));
    }
    skipBlanks();
    value = number(token());
    skipBlanks();
    if (!atLineEnd()) {
      timestamp(token());
      skipBlanks();
    }
    requireLineEnd();
  }

  private void labels(Set<String> keep) throws IOException {
    advance();
    skipBlanks();
    while (current != '}') {
      String label = identifier("a label's name");
      labelled = true;
      skipBlanks();
      require('=');
      skipBlanks();
      String text = quoted();
      if (keep.contains(label)) {
        labels.put(label, text);
      }
      skipBlanks();
      if (current == ',') {
        advance();
        skipBlanks();
      } else if (current != '}') {
        throw malformed("expected ',' or '}' after the label " + label);
      }
    }
    advance();
  }

  private String identifier(String what) throws IOException {
    if (!isNameStart(current)) {
      throw malformed("expected " + what);
    }
    letterCount = 0;
    while (isNameStart(current) || isDigit(current)) {
      append();
      advance();
    }
    return taken();
  }

  /**
   * Reads the value of a label. ipamD writes error texts into labels. These texts contain braces,
   * escaped quotes and escaped line ends.
   */
  private String quoted() throws IOException {
    require('"');
    letterCount = 0;
    while (current != '"') {
      if (current == '\\') {
        advance();
        unescape();
      } else if (current == '\n' || current == END) {
        throw malformed("a label's value has no closing quote");
      }
      append();
      advance();
    }
    advance();
    return taken();
  }

  private void unescape() {
    switch (current) {
      case 'n' -> current = '\n';
      case '\\', '"' -> {}
      default -> throw malformed("a label's value has a backslash before a wrong character");
    }
  }

  private String token() throws IOException {
    letterCount = 0;
    while (!atLineEnd() && current != END && current != ' ' && current != '\t') {
      if (letterCount == MAX_TOKEN_CHARS) {
        throw malformed("'%s' is too long for a number".formatted(shorten(taken())));
      }
      append();
      advance();
    }
    return taken();
  }

  private double number(String token) {
    if (numeric.reset(token).matches()) {
      try {
        return Double.parseDouble(token);
      } catch (NumberFormatException e) {
        throw malformed("'%s' is not a number".formatted(token));
      }
    }
    return switch (token.toLowerCase(Locale.ROOT)) {
      case "nan" -> Double.NaN;
      case "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> throw malformed("'%s' is not a number".formatted(shorten(token)));
    };
  }

  private void timestamp(String token) {
    if (!numeric.reset(token).matches()) {
      throw malformed("'%s' is not a time".formatted(shorten(token)));
    }
  }

  private static String shorten(String token) {
    return token.length() <= 40 ? token : token.substring(0, 40) + "…";
  }

  private void append() {
    if (letterCount < MAX_TOKEN_CHARS) {
      letters[letterCount++] = (byte) current;
    }
  }

  private String taken() {
    return new String(letters, 0, letterCount, ISO_8859_1);
  }

  private void require(char expected) throws IOException {
    if (current != expected) {
      throw malformed("expected '" + expected + "'");
    }
    advance();
  }

  private boolean passes(String prefix) throws IOException {
    for (int i = 0; i < prefix.length(); i++) {
      if (current != prefix.charAt(i)) {
        return false;
      }
      advance();
    }
    return true;
  }

  private void skipLine() throws IOException {
    while (current != '\n' && current != END) {
      advance();
    }
  }

  private boolean atLineEnd() {
    return current == '\n' || current == '\r';
  }

  private void requireLineEnd() throws IOException {
    if (current == '\r') {
      advance();
    }
    if (current != '\n') {
      throw malformed("expected the end of the line");
    }
  }

  private void skipBlanks() throws IOException {
    while (current == ' ' || current == '\t') {
      advance();
    }
  }

  private static boolean isNameStart(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private void advance() throws IOException {
    if (position == filled) {
      filled = text.read(buffer);
      position = 0;
      if (filled <= 0) {
        filled = 0;
        current = END;
        return;
      }
    }
    current = buffer[position++] & 0xff;
  }
}
