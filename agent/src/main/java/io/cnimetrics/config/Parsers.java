package io.cnimetrics.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The parsers of values. The exception for an invalid value contains the expected form. */
public final class Parsers {
  private static final Pattern REGION =
      Pattern.compile("[a-z]{2,4}(?:-[a-z]{1,20}){1,4}-[0-9]{1,2}");

  /**
   * Matches host names. {@link URI} alone would also accept IPv6 zones and labels that are too long
   * for DNS.
   */
  private static final Pattern HOST =
      Pattern.compile("\\[[0-9A-Fa-f:.]+\\]|[^.\\[\\s]{1,63}(?:\\.[^.\\s]{1,63})*\\.?");

  private static final int LONGEST_HOST = 253;
  private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._/#: -]{1,255}");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]+");
  private static final String NONE = "none";

  private Parsers() {}

  static Optional<URI> introspectionUrl(String text) {
    String expected = "expected http://HOST:PORT, unix:/PATH or none";
    if (text.equalsIgnoreCase(NONE)) {
      return Optional.empty();
    }
    if (text.startsWith("unix:")) {
      return Optional.of(unix(text.substring(5), expected));
    }
    URI url = http(text, expected);
    require(!url.getPath().endsWith("/v1/enis"), "expected the address without /v1/enis");
    return Optional.of(url);
  }

  private static URI unix(String path, String expected) {
    try {
      Path socket = Path.of(path);
      require(socket.isAbsolute() && socket.getNameCount() > 0, expected);
      return new URI("unix", null, socket.toString(), null);
    } catch (URISyntaxException | InvalidPathException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  static Optional<URI> metricsUrl(String text) {
    return text.equalsIgnoreCase(NONE)
        ? Optional.empty()
        : Optional.of(http(text, "expected http://HOST:PORT/PATH or none"));
  }

  private static URI http(String text, String expected) {
    URI url = url(text, expected);
    require(
        "http".equalsIgnoreCase(url.getScheme())
            && url.getHost().length() <= LONGEST_HOST
            && HOST.matcher(url.getHost()).matches()
            && url.getRawUserInfo() == null
            && url.getRawQuery() == null,
        expected);
    require(!url.getRawAuthority().endsWith(":"), "the port after ':' is missing; " + expected);
    return url;
  }

  /** A URL with a host, without a fragment, and with no port or a valid port. */
  static URI url(String text, String expected) {
    try {
      URI url = new URI(text);
      require(
          url.getHost() != null
              && url.getPort() != 0
              && url.getPort() <= 65_535
              && url.getRawFragment() == null,
          expected);
      return url;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  public static String clusterId(String text) {
    requireNoBlankEnds(text);
    require(
        text.length() <= 1024 && isPrintable(text) && !text.isBlank(),
        "expected 1 to 1024 printable ASCII characters");
    return text;
  }

  /** Returns a parser for texts that match the whole pattern. */
  public static Function<String, String> matching(String pattern, String expected) {
    return text -> {
      require(text.matches(pattern), expected);
      return text;
    };
  }

  public static String region(String text) {
    require(REGION.matcher(text).matches(), "expected an AWS region such as eu-west-1");
    return text;
  }

  /** A CloudWatch namespace. Namespaces of AWS itself are rejected. */
  public static String namespace(String text) {
    requireNoBlankEnds(text);
    require(
        NAMESPACE.matcher(text).matches() && !text.startsWith(":") && !text.isBlank(),
        "expected 1 to 255 letters, digits, spaces or any of . - _ / # :");
    require(!text.startsWith("AWS/"), "namespaces that start with AWS/ are reserved for AWS");
    return text;
  }

  static String nodeName(String text) {
    require(isNodeName(text), "expected 1 to 255 printable ASCII characters");
    return text;
  }

  static boolean isNodeName(String text) {
    return text.length() <= 255 && isPrintable(text) && !text.isBlank();
  }

  /** The publish interval: 1 to 5 whole minutes. */
  public static Duration publishInterval(String text) {
    String expected = "expected whole minutes from 60s to 300s, such as 1m or 5m";
    try {
      Duration time = FlagType.time(text, Duration.ofMinutes(1), Duration.ofMinutes(5));
      require(time.toSecondsPart() == 0, expected);
      return time;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  public static Path directory(String text) {
    String expected = "expected an absolute path";
    try {
      Path path = Path.of(text);
      require(path.isAbsolute(), expected);
      return path;
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  static InetSocketAddress address(String text) {
    String expected = "expected HOST:PORT with a port from 1 to 65535";
    int colon = text.lastIndexOf(':');
    require(colon > 0, expected);
    String host = text.substring(0, colon);
    require(HOST.matcher(host).matches(), expected);
    boolean bracketed = host.startsWith("[");
    require(bracketed || host.indexOf(':') < 0, "expected an IPv6 address in brackets");
    try {
      return InetSocketAddress.createUnresolved(
          bracketed ? host.substring(1, host.length() - 1) : host,
          FlagType.number(text.substring(colon + 1), 1, 65_535));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  /**
   * Rejects whitespace at the start and at the end, because CloudWatch would treat it as a part of
   * the name.
   */
  private static void requireNoBlankEnds(String text) {
    require(
        text.isBlank() || text.equals(text.strip()),
        "has whitespace at the start or at the end: remove this whitespace");
  }

  private static boolean isPrintable(String text) {
    return PRINTABLE.matcher(text).matches();
  }

  static void require(boolean condition, String expected) {
    if (!condition) {
      throw new IllegalArgumentException(expected);
    }
  }
}
