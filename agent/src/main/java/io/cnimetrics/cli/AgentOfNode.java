package io.cnimetrics.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.doctor.AgentReport.Restarts;
import io.cnimetrics.doctor.AgentReport.SendFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the page {@code /status} of the agent on this node. */
final class AgentOfNode {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final int MOST_BYTES = 4 << 20;
  private static final String RECENT_RESTARTS = "ipamdRecentRestarts";

  /** The metrics whose trouble is a crash loop. */
  private static final Set<String> RESTARTS = Set.of(RECENT_RESTARTS, "ipamdRestarts");

  private AgentOfNode() {}

  /**
   * What the agent reports; empty if no agent answers, or if it has not read ipamD's counters in
   * the last minutes.
   *
   * @param port the port on which the agent serves its health
   */
  static Optional<AgentReport> report(int port, Instant now) {
    try {
      return report(read(URI.create("http://127.0.0.1:%d/status".formatted(port))), now);
    } catch (IOException | ClassCastException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Map<String, Object> read(URI page) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) page.toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout((int) LIMIT.toMillis());
    connection.setReadTimeout((int) LIMIT.toMillis());
    try (InputStream body = connection.getInputStream();
        JsonParser json = new JsonFactory().createParser(body.readNBytes(MOST_BYTES))) {
      if (json.nextToken() == null) {
        throw new IOException("the page is empty");
      }
      return object(value(json));
    } finally {
      connection.disconnect();
    }
  }

  private static Optional<AgentReport> report(Map<String, Object> status, Instant now) {
    Map<String, Object> counters = object(status.getOrDefault("counters", Map.of()));
    Optional<Instant> since = time(counters, "readSince");
    boolean recent =
        time(counters, "readUntil")
            .filter(until -> until.plus(RecentIncrease.PRESENT).isAfter(now))
            .isPresent();
    return since
        .filter(any -> recent)
        .map(
            known ->
                new AgentReport(
                    known,
                    list(status, "increases").stream().map(AgentOfNode::increase).toList(),
                    restarts(status),
                    list(status, "destinations").stream()
                        .flatMap(destination -> sendFailure(destination).stream())
                        .findFirst()));
  }

  private static RecentIncrease increase(Map<String, Object> entry) {
    return new RecentIncrease(
        text(entry, "counter").orElse(""),
        ((Number) entry.getOrDefault("amount", 0)).doubleValue(),
        time(entry, "since").orElse(Instant.EPOCH),
        time(entry, "last").orElse(Instant.EPOCH));
  }

  private static Restarts restarts(Map<String, Object> status) {
    long count =
        list(status, "metrics").stream()
            .filter(AgentOfNode::isRecentRestarts)
            .mapToLong(metric -> ((Number) metric.getOrDefault("value", 0)).longValue())
            .sum();
    return new Restarts(
        count,
        list(status, "trouble").stream()
            .filter(trouble -> text(trouble, "metric").filter(RESTARTS::contains).isPresent())
            .flatMap(trouble -> time(trouble, "since").stream())
            .findFirst());
  }

  private static boolean isRecentRestarts(Map<String, Object> metric) {
    return text(metric, "name").equals(Optional.of(RECENT_RESTARTS));
  }

  private static Optional<SendFailure> sendFailure(Map<String, Object> destination) {
    Map<String, Object> failure = object(destination.getOrDefault("lastFailure", Map.of()));
    Optional<Instant> at = time(failure, "at");
    Optional<Instant> success = time(destination, "lastSuccess");
    String[] message = text(failure, "message").orElse("").split("; ", 2);
    return at.filter(failed -> success.filter(failed::isBefore).isEmpty())
        .map(
            failed ->
                new SendFailure(
                    failed,
                    success,
                    message[0],
                    message.length > 1 ? LocalProbes.sentence(message[1]) : ""));
  }

  private static Optional<String> text(Map<String, Object> object, String field) {
    return Optional.ofNullable((String) object.get(field));
  }

  private static Optional<Instant> time(Map<String, Object> object, String field) {
    return text(object, field).map(Instant::parse);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  private static List<Map<String, Object>> list(Map<String, Object> object, String field) {
    return ((List<?>) object.getOrDefault(field, List.of()))
        .stream().map(AgentOfNode::object).toList();
  }

  /** The current value as a map, a list, a text, a number or a boolean. */
  private static Object value(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> fields = new LinkedHashMap<>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        fields.put(name, value(json));
      }
      return fields;
    } else if (token == JsonToken.START_ARRAY) {
      List<Object> entries = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        entries.add(value(json));
      }
      return entries;
    } else if (token != null && token.isNumeric()) {
      return json.getDoubleValue();
    }
    return token != null && token.isBoolean() ? json.getBooleanValue() : json.getText();
  }
}
