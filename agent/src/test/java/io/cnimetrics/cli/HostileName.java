package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Names from outside that could break the output. */
enum HostileName {
  DOUBLE_QUOTES("a\"b\""),
  SINGLE_QUOTES("a'b'"),
  BACKSLASHES("a\\b\\"),
  BRACES("{{a}}"),
  VARIABLE("${x}%s"),
  COLON("a: b"),
  DASH("- a"),
  HASH("# a"),
  TAG("!!a"),
  FIELD("a node=evil level=ERROR"),
  FIELD_AFTER_A_QUOTE("a\" node=evil cause=\"b"),
  FIELD_AFTER_A_BACKSLASH("a\\\" node=evil cause=\\"),
  SCRIPT("</script><script>a()</script>"),
  LINE_FEED("a\nb"),
  CARRIAGE_RETURN("a\rb"),
  TABULATOR("a\tb"),
  NUL("a\0b"),
  RED("a\u001b[31mb"),
  RED_OF_ONE_BYTE("a\u009b31mb"),
  LINE_SEPARATOR("a\u2028b"),
  RIGHT_TO_LEFT("a\u202eb"),
  LONG("a".repeat(10_000)),
  LONG_AND_RED("\u001b[31m\n".repeat(2_000)),
  LONG_EMOJIS("a" + "\ud83d\ude00".repeat(2_500));

  private static final Pattern INVISIBLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\u2028\\u2029&&[^\\n]]");

  private final String text;

  HostileName(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /** Names that are accepted for a cluster or node. */
  static Set<HostileName> printable() {
    return EnumSet.range(DOUBLE_QUOTES, SCRIPT);
  }

  /** Names that no setting accepts. */
  static Set<HostileName> unprintable() {
    return EnumSet.complementOf(EnumSet.range(DOUBLE_QUOTES, SCRIPT));
  }

  /** Whether the text has only line ends and visible characters. */
  static void assertVisible(String printed) {
    assertThat(printed).doesNotContainPattern(INVISIBLE);
  }
}
