package io.cnimetrics.config;

import static io.cnimetrics.config.Parsers.require;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The settings of the receiver of OTLP.
 *
 * @param url the URL for metrics; empty for CloudWatch's own endpoint in the region
 * @param headers the headers of each request. They can contain secrets
 * @param resource attributes that the user adds to all metrics
 * @see <a href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">the specification of
 *     the environment variables</a>
 */
public record Otlp(Optional<URI> url, Map<String, String> headers, Map<String, String> resource) {
  /** The value of the flag for CloudWatch's own endpoint. */
  static final String CLOUDWATCH = "cloudwatch";

  private static final String HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";
  private static final String METRICS_HEADERS = "OTEL_EXPORTER_OTLP_METRICS_HEADERS";
  private static final String RESOURCE = "OTEL_RESOURCE_ATTRIBUTES";

  /** The characters of a header's name. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]*");

  /** Reads the settings. Returns empty if no endpoint is given. */
  public static Optional<Otlp> of(Values values) {
    Optional<Optional<URI>> endpoint = values.find(Settings.OTLP_ENDPOINT);
    if (endpoint.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.putAll(headers(values, HEADERS));
    headers.putAll(headers(values, METRICS_HEADERS));
    return Optional.of(
        new Otlp(endpoint.get(), headers, values.variable(RESOURCE, Otlp::pairs).orElse(Map.of())));
  }

  /**
   * Reads an environment variable with headers in the format of {@code OTEL_EXPORTER_OTLP_HEADERS}.
   */
  public static Map<String, String> headers(Values values, String variable) {
    return values.variable(variable, Otlp::headers).orElse(Map.of());
  }

  /** Reads the endpoint. Returns empty for CloudWatch's own endpoint. */
  static Optional<URI> endpoint(String text) {
    String expected =
        "expected cloudwatch, or the receiver's URL for metrics, such as"
            + " http://collector:4318/v1/metrics";
    if (text.equalsIgnoreCase(CLOUDWATCH)) {
      return Optional.empty();
    }
    return Optional.of(url(text, METRICS_HEADERS, expected));
  }

  /** Reads the base address of a server that has the API of Prometheus. */
  public static URI prometheus(String text) {
    String expected = "expected the address of a Prometheus, such as http://prometheus:9090";
    URI url = url(text, "RECOMMEND_HEADERS", expected);
    require(url.getRawQuery() == null, expected);
    require(!url.getPath().contains("/api/v1"), "expected the address without /api/v1");
    return url;
  }

  private static URI url(String text, String headersVariable, String expected) {
    URI url = Parsers.url(text, expected);
    require(
        url.getRawUserInfo() == null,
        "a URL must not contain a password: set the header in " + headersVariable);
    require(
        "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()),
        expected);
    return url;
  }

  private static Map<String, String> headers(String text) {
    Map<String, String> headers = pairs(text);
    headers.forEach(
        (name, value) ->
            require(
                TOKEN.matcher(name).matches() && PRINTABLE.matcher(value).matches(),
                "a name or a value has a character that is not allowed in a header"));
    return headers;
  }

  /** Reads {@code name=value} pairs that are separated by commas and percent-encoded. */
  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (!pair.isBlank()) {
        require(
            equals > 0 && !pair.substring(0, equals).isBlank(),
            "expected name=value pairs that are separated by ','");
        pairs.put(
            decoded(pair.substring(0, equals).strip()),
            decoded(pair.substring(equals + 1).strip()));
      }
    }
    return pairs;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected two hexadecimal digits after each '%'", e);
    }
  }
}
