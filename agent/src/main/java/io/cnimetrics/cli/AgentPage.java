package io.cnimetrics.cli;

import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object in the page {@code /status} of the agent on this node.
 *
 * @param fields strings, numbers as {@code Double}, booleans, lists and maps
 */
record AgentPage(Map<String, Object> fields) {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final int MOST_BYTES = 4 << 20;
  private static final int OK = 200;

  /** The URL of the page of the agent on this node. */
  static URI address(InetSocketAddress health) {
    String host = health.getHostString();
    boolean ipv6 = host.equals("::1") || host.equals("0:0:0:0:0:0:0:1");
    return URI.create(
        "http://%s:%d/status".formatted(ipv6 ? "[::1]" : "127.0.0.1", health.getPort()));
  }

  /**
   * Reads the page within a second.
   *
   * @throws IOException if no answer arrives in time, or if the status of the answer is not 200
   */
  static String read(URI page) throws IOException {
    try {
      return BoundedCall.start("status", LIMIT, () -> text(page)).result();
    } catch (TimeoutException e) {
      throw new IOException("no complete answer within %d s".formatted(LIMIT.toSeconds()), e);
    } catch (UncheckedIOException e) {
      throw new IOException(Objects.requireNonNull(e.getCause()).getMessage(), e);
    }
  }

  private static String text(URI page) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) page.toURL().openConnection(Proxy.NO_PROXY);
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout((int) LIMIT.toMillis());
      connection.setReadTimeout((int) LIMIT.toMillis());
      try {
        if (connection.getResponseCode() != OK) {
          throw new IOException("the answer has status " + connection.getResponseCode());
        }
        try (InputStream body = connection.getInputStream()) {
          return new String(body.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Parses the text of a page.
   *
   * @throws IOException if the text is not JSON, or not the page of an agent
   */
  static AgentPage of(String text) throws IOException {
    try {
      AgentPage page = new AgentPage(Json.parse(text));
      if (page.part("agent").text("version").isPresent()) {
        return page;
      }
    } catch (IllegalArgumentException e) {
      // The exception below has no cause, because Jackson's message is not for users.
    }
    throw new IOException("the answer does not come from an agent");
  }

  /** The text of a field; empty if the field is absent or is not a text. */
  Optional<String> text(String field) {
    return fields.get(field) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** The text of a field for people; an empty text if the field is absent or is not a text. */
  String shown(String field) {
    return text(field).orElse("");
  }

  /**
   * The time of a field; empty if the field is absent or is not a text.
   *
   * @throws java.time.DateTimeException if the text is not a time
   */
  Optional<Instant> time(String field) {
    return text(field).map(Instant::parse);
  }

  /** The number of a field; empty if the field is absent or is not a number. */
  OptionalDouble number(String field) {
    return fields.get(field) instanceof Double number
        ? OptionalDouble.of(number)
        : OptionalDouble.empty();
  }

  /** The object of a field; an object without fields if the field is absent or is not an object. */
  AgentPage part(String field) {
    return of(fields.get(field));
  }

  /** The objects of a list field; empty if the field is absent or is not a list. */
  List<AgentPage> list(String field) {
    return fields.get(field) instanceof List<?> entries
        ? entries.stream().map(AgentPage::of).toList()
        : List.of();
  }

  /** The first object of the list in which the field has this text. */
  Optional<AgentPage> entry(String list, String field, String text) {
    return list(list).stream().filter(entry -> entry.shown(field).equals(text)).findFirst();
  }

  @SuppressWarnings("unchecked")
  private static AgentPage of(@Nullable Object value) {
    return new AgentPage(value instanceof Map ? (Map<String, Object>) value : Map.of());
  }
}
