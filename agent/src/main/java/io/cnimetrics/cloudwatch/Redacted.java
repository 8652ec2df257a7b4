package io.cnimetrics.cloudwatch;

import java.util.regex.Pattern;

/** What others wrote, fit for a message: one line, bounded, without anything that may be secret. */
final class Redacted {
  /** Enough for an ARN, an action and a reason; a body is longer. */
  static final int MOST_CHARACTERS = 300;

  /**
   * Ids of access keys, web identity tokens (JSON Web Tokens), and what looks like a secret key or
   * another token; an ARN's parts are shorter or have a dash.
   */
  private static final Pattern SECRET =
      Pattern.compile(
          "\\b(?:AKIA|ASIA)[A-Za-z0-9]{8,}|\\beyJ[A-Za-z0-9._-]{8,}|[A-Za-z0-9/+=]{40,}");

  private static final Pattern NOT_SEEN = Pattern.compile("[\\p{C}\\p{Z}\\s]+");

  private Redacted() {}

  static String of(String text) {
    // Before cutting, lest the half of a secret stays.
    String line = NOT_SEEN.matcher(SECRET.matcher(text).replaceAll("***")).replaceAll(" ").strip();
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "...";
  }
}
