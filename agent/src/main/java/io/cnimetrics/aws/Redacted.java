package io.cnimetrics.aws;

import io.cnimetrics.wire.UrlSecrets;
import java.util.Collection;
import java.util.regex.Pattern;

/** Makes the text of other programs safe for a message, as one short line without secrets. */
public final class Redacted {
  /** This length is enough for an ARN, an action and a reason, but not for a whole body. */
  static final int MOST_CHARACTERS = 300;

  /**
   * Matches access key ids, JSON Web Tokens, and text that looks like a secret key or another
   * token. Does not match an ARN, because the parts of an ARN are shorter or contain a dash.
   */
  private static final Pattern SECRET =
      Pattern.compile(
          "\\b(?:AKIA|ASIA)[A-Za-z0-9]{8,}|\\beyJ[A-Za-z0-9._-]{8,}|[A-Za-z0-9/+=]{40,}");

  /** A shorter known secret is not replaced, because other words can contain it. */
  private static final int SHORTEST = 6;

  private static final Pattern NOT_SEEN = Pattern.compile("[\\p{C}\\p{Z}\\s]+");

  private Redacted() {}

  /**
   * Returns the text as one short line without secrets.
   *
   * @param known secrets of any form that the text can contain, such as headers of the request
   */
  public static String of(String text, Collection<String> known) {
    String hidden = text;
    for (String secret : known) {
      hidden = hidden(hidden(hidden, secret), secret.substring(secret.lastIndexOf(' ') + 1));
    }
    return of(hidden);
  }

  private static String hidden(String text, String secret) {
    return secret.length() < SHORTEST ? text : text.replace(secret, "***");
  }

  /** Returns the text as one short line without texts that look like secrets. */
  public static String of(String text) {
    // Secrets are replaced before the text is cut, so that no part of a secret remains.
    String line =
        NOT_SEEN
            .matcher(SECRET.matcher(UrlSecrets.hiddenIn(text)).replaceAll("***"))
            .replaceAll(" ")
            .strip();
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "...";
  }
}
