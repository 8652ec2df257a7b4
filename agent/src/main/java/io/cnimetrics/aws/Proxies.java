package io.cnimetrics.aws;

import io.cnimetrics.wire.UrlSecrets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The HTTP proxies in the environment variables. {@code HTTPS_PROXY} is for endpoints with https,
 * {@code HTTP_PROXY} is for endpoints with http, and {@code NO_PROXY} lists the hosts that need no
 * proxy. Without {@code HTTPS_PROXY}, {@code ALL_PROXY} is for endpoints with https. The lower-case
 * names have the same meaning; the upper-case names have priority.
 */
record Proxies(Optional<HttpProxy> https, Optional<HttpProxy> http, List<DirectHost> directHosts) {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\[\\]:\\s]+)(?::([0-9]{1,5}))?");

  /** Matches valid addresses only. The JDK would look up an invalid address as a name. */
  private static final Pattern IPV4 =
      Pattern.compile(
          "OCTET(?:\\.OCTET){3}".replace("OCTET", "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"));

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /**
   * A proxy that forwards requests.
   *
   * @param variable the environment variable that contains the proxy
   * @param login the value of the header {@code Proxy-Authorization}, if the proxy has a login
   */
  record HttpProxy(String variable, String host, int port, Optional<String> login) {
    /** The proxy without its login. */
    @Override
    public String toString() {
      return "the proxy http://%s:%d of %s"
          .formatted(host.contains(":") ? "[" + host + "]" : host, port, variable);
    }
  }

  /**
   * Reads the variables of an environment.
   *
   * @throws SettingsException if a proxy cannot be used; the message contains no login
   */
  static Proxies of(Map<String, String> environment) {
    return new Proxies(
        proxy("HTTPS_PROXY", environment).or(() -> proxy("ALL_PROXY", environment)),
        proxy("HTTP_PROXY", environment),
        value("NO_PROXY", environment).stream()
            .flatMap(list -> Stream.of(list.split("[,\\s]+", -1)))
            .filter(entry -> !entry.isEmpty())
            .map(DirectHost::of)
            .toList());
  }

  /** Returns the proxy for a URL. Empty if the agent must connect to the URL's host itself. */
  Optional<HttpProxy> proxy(URI url) {
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    String host = withoutBrackets(String.valueOf(url.getHost()));
    int standard = tls ? HTTPS_PORT : HTTP_PORT;
    int port = url.getPort() < 0 ? standard : url.getPort();
    return (tls ? https : http)
        .filter(proxy -> directHosts.stream().noneMatch(entry -> entry.covers(host, port)))
        .or(() -> ofProperties(url));
  }

  /** The proxy of the JDK's system properties, such as {@code https.proxyHost}. */
  private static Optional<HttpProxy> ofProperties(URI url) {
    return ProxySelector.getDefault().select(url).stream()
        .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
        .map(proxy -> (InetSocketAddress) proxy.address())
        .map(
            address ->
                new HttpProxy(
                    url.getScheme() + ".proxyHost",
                    address.getHostString(),
                    address.getPort(),
                    Optional.empty()))
        .findFirst();
  }

  private static Optional<HttpProxy> proxy(String variable, Map<String, String> environment) {
    return value(variable, environment).map(text -> parsed(variable, text));
  }

  private static Optional<String> value(String variable, Map<String, String> environment) {
    return Stream.of(variable, variable.toLowerCase(Locale.ROOT))
        .map(name -> environment.getOrDefault(name, "").strip())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  private static HttpProxy parsed(String variable, String text) {
    int scheme = text.indexOf("://");
    if (scheme >= 0 && !text.substring(0, scheme).equalsIgnoreCase("http")) {
      throw invalid(
          variable, text, "the agent connects to proxies with http and not with this scheme");
    }
    String rest = scheme < 0 ? text : text.substring(scheme + 3);
    int login = rest.lastIndexOf('@');
    Matcher address = ADDRESS.matcher(rest.substring(login + 1).replaceFirst("[/?#].*", ""));
    int port =
        address.matches() && address.group(2) != null
            ? Integer.parseInt(address.group(2))
            : HTTP_PORT;
    if (!address.matches() || port < 1 || port > 65_535) {
      throw invalid(variable, text, "the text is not a host with a port");
    }
    return new HttpProxy(
        variable,
        withoutBrackets(address.group(1)),
        port,
        login < 0 ? Optional.empty() : Optional.of(basic(rest.substring(0, login))));
  }

  private static SettingsException invalid(String variable, String text, String why) {
    return new SettingsException(
        "%s is '%s': %s".formatted(variable, UrlSecrets.hiddenInValue(text), why),
        "expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT");
  }

  /** The login of a URL is percent-encoded, so that it can contain any character. */
  private static String basic(String userInfo) {
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    String password = colon < 0 ? "" : userInfo.substring(colon + 1);
    String login = decoded(user) + ":" + decoded(password);
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // A percent sign that encodes nothing is a character of the password.
      return text;
    }
  }

  static String withoutBrackets(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * An entry of {@code NO_PROXY}: a host with its subdomains, {@code .domain} for subdomains only,
   * an address, a CIDR, or {@code *} for all hosts. Each form except the CIDR can have a port.
   *
   * @param network the address; empty for a name
   * @param bits the length of the CIDR's prefix or of the whole address, in bits
   * @param port empty for all ports
   */
  record DirectHost(String name, Optional<InetAddress> network, int bits, Optional<Integer> port) {
    static DirectHost of(String entry) {
      int slash = entry.lastIndexOf('/');
      Optional<InetAddress> network =
          slash < 0 ? literal(entry) : literal(entry.substring(0, slash));
      if (network.isPresent()) {
        int longest = network.get().getAddress().length * Byte.SIZE;
        String bits = slash < 0 ? "" : entry.substring(slash + 1);
        return bits.matches("[0-9]{1,3}")
            ? new DirectHost(
                entry, network, Math.min(longest, Integer.parseInt(bits)), Optional.empty())
            : new DirectHost(entry, network, longest, Optional.empty());
      }
      Matcher address = ADDRESS.matcher(entry);
      if (!address.matches()) {
        return new DirectHost(entry, Optional.empty(), 0, Optional.empty());
      }
      Optional<Integer> port = Optional.ofNullable(address.group(2)).map(Integer::valueOf);
      String name = address.group(1).toLowerCase(Locale.ROOT).replaceFirst("^\\*\\.", ".");
      Optional<InetAddress> host = literal(name);
      int bits = host.map(known -> known.getAddress().length * Byte.SIZE).orElse(0);
      return new DirectHost(name, host, bits, port);
    }

    boolean covers(String host, int hostPort) {
      if (port.filter(only -> only != hostPort).isPresent()) {
        return false;
      }
      if (network.isPresent()) {
        return literal(host).filter(this::contains).isPresent();
      }
      String asked = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
      return name.equals("*")
          || asked.equals(name)
          || asked.endsWith(name.startsWith(".") ? name : "." + name);
    }

    private boolean contains(InetAddress address) {
      byte[] mine = network.orElseThrow().getAddress();
      byte[] other = address.getAddress();
      if (mine.length != other.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> bit % Byte.SIZE;
        if (((mine[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }

    /** Returns an address without a name lookup. Empty for a name. */
    private static Optional<InetAddress> literal(String text) {
      String address = withoutBrackets(text);
      if (!IPV4.matcher(address).matches() && !address.contains(":")) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            InetAddress.getByName(address.contains(":") ? "[" + address + "]" : address));
      } catch (UnknownHostException e) {
        return Optional.empty();
      }
    }
  }
}
