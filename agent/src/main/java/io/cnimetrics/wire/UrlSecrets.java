package io.cnimetrics.wire;

import java.util.regex.Pattern;

/**
 * Removes logins, queries and fragments from the URLs in a text, so that the text can be shown. The
 * text can be hostile. A pattern matches only at the start of a run of permitted characters.
 * Therefore the time is linear in the length of the text.
 */
public final class UrlSecrets {
  /** The login of a URL. A password can contain any character except a blank or a quote. */
  private static final Pattern LOGIN =
      Pattern.compile("(?<![^\\s\"'<>])((?>[^\\s\"'<>]*?//))[^\\s\"'<>]*@");

  /** The login of an address without a scheme, such as {@code user:password@host:80}. */
  private static final Pattern BARE_LOGIN =
      Pattern.compile("(?<![^\\s\"'<>/])[^\\s\"'<>/:]*+:[^\\s\"'<>/]*@");

  private static final Pattern QUERY_OR_FRAGMENT =
      Pattern.compile("(?<![^\\s\"'<>])((?>[^\\s\"'<>]*?://)[^\\s\"'<>?#]*+[?#])[^\\s\"'<>]*");

  /** The JDK writes this text before an invalid URL. A login in such a URL can contain blanks. */
  private static final Pattern INVALID_LOGIN =
      Pattern.compile("( at index [0-9]+: )(?:.*@|\\S+:$)");

  private UrlSecrets() {}

  /**
   * Returns the text without the logins, queries and fragments of its URLs.
   *
   * @param text a URL, or a message that contains URLs
   */
  public static String hiddenIn(String text) {
    return QUERY_OR_FRAGMENT.matcher(withoutLogins(text)).replaceAll("$1***");
  }

  private static String withoutLogins(String text) {
    String shown = INVALID_LOGIN.matcher(text).replaceAll("$1");
    shown = LOGIN.matcher(shown).replaceAll("$1");
    return BARE_LOGIN.matcher(shown).replaceAll("");
  }

  /**
   * Removes all text that can be a login from a value that should be a URL. The password in an
   * invalid URL can contain blanks and slashes.
   */
  public static String hiddenInValue(String value) {
    return hiddenIn(withoutLogin(value));
  }

  /** Whether {@link #hiddenInValue} hides a login. The value can look valid without its login. */
  public static boolean hasLogin(String value) {
    return !withoutLogins(withoutLogin(value)).equals(value);
  }

  private static String withoutLogin(String value) {
    int scheme = value.indexOf("://");
    int start = scheme < 0 ? 0 : scheme + 3;
    int login = value.lastIndexOf('@');
    boolean hasLogin = value.lastIndexOf(':', login) >= 0 && login >= start;
    return hasLogin ? value.substring(0, start) + value.substring(login + 1) : value;
  }
}
