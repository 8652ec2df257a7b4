package io.cnimetrics.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.SamplerState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link JournalWriter} wrote. Another release may have written it, so unknown fields
 * are skipped.
 */
final class JournalReader {
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonParser json;

  private JournalReader(JsonParser json) {
    this.json = json;
  }

  /**
   * Reads one change.
   *
   * @throws IOException if the bytes are not a change
   */
  static JournalEntry read(byte[] bytes, int from, int length) throws IOException {
    try (JsonParser json = JSON.createParser(bytes, from, length)) {
      json.nextToken();
      return new JournalReader(json).change();
    } catch (IllegalArgumentException e) {
      throw new IOException(e);
    }
  }

  private JournalEntry change() throws IOException {
    Optional<BufferState> state = Optional.empty();
    List<PendingMinute> waiting = List.of();
    List<Long> gone = List.of();
    for (String field = open(); field != null; field = next()) {
      switch (field) {
        case "state" -> state = Optional.of(state());
        case "waiting" -> waiting = list(this::waiting);
        case "gone" -> gone = list(json::getLongValue);
        default -> json.skipChildren();
      }
    }
    return new JournalEntry(state, waiting, gone);
  }

  private BufferState state() throws IOException {
    String instance = "";
    String namespace = "";
    List<Map<String, String>> sets = List.of();
    long lastMinute = Long.MIN_VALUE;
    Optional<Long> minute = Optional.empty();
    Map<String, OpenMinute.Part> open = Map.of();
    Map<String, OpenMinute.Part> carried = Map.of();
    Map<String, Double> history = Map.of();
    for (String field = open(); field != null; field = next()) {
      switch (field) {
        case "instance" -> instance = json.getText();
        case "namespace" -> namespace = json.getText();
        case "dimensions" -> sets = list(this::strings);
        case "lastMinute" -> lastMinute = json.getLongValue();
        case "minute" -> minute = Optional.of(json.getLongValue());
        case "open" -> open = parts();
        case "carried" -> carried = parts();
        case "history" -> history = numbers();
        default -> json.skipChildren();
      }
    }
    Map<String, OpenMinute.Part> partsOfOpen = open;
    return new BufferState(
        instance,
        new Destination(namespace, sets),
        SamplerState.of(history),
        lastMinute,
        minute.map(known -> new OpenMinute(known, partsOfOpen)),
        new OpenMinute(Long.MIN_VALUE, carried));
  }

  private PendingMinute waiting() throws IOException {
    long id = 0;
    long minute = 0;
    String namespace = "";
    List<Map<String, String>> sets = List.of();
    List<MinuteValue> values = List.of();
    for (String field = open(); field != null; field = next()) {
      switch (field) {
        case "id" -> id = json.getLongValue();
        case "minute" -> minute = json.getLongValue();
        case "namespace" -> namespace = json.getText();
        case "dimensions" -> sets = list(this::strings);
        case "values" -> values = list(this::value);
        default -> json.skipChildren();
      }
    }
    return new PendingMinute(id, minute, new Destination(namespace, sets), values);
  }

  private MinuteValue value() throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY);
    expect(json.nextToken(), JsonToken.VALUE_STRING);
    String metric = json.getText();
    json.nextToken();
    double value = json.getDoubleValue();
    expect(json.nextToken(), JsonToken.VALUE_STRING);
    Unit unit = Unit.valueOf(json.getText());
    endOfArray();
    return new MinuteValue(metric, unit, value);
  }

  /** Leaves out metrics that this release does not have. */
  private Map<String, OpenMinute.Part> parts() throws IOException {
    Map<String, OpenMinute.Part> parts = new LinkedHashMap<>();
    expect(json.currentToken(), JsonToken.START_ARRAY);
    while (json.nextToken() == JsonToken.START_ARRAY) {
      expect(json.nextToken(), JsonToken.VALUE_STRING);
      String name = json.getText();
      json.nextToken();
      double value = json.getDoubleValue();
      json.nextToken();
      double weight = json.getDoubleValue();
      endOfArray();
      MetricCatalog.named(name)
          .ifPresent(metric -> parts.put(name, new OpenMinute.Part(metric, value, weight)));
    }
    expect(json.currentToken(), JsonToken.END_ARRAY);
    return parts;
  }

  private Map<String, String> strings() throws IOException {
    Map<String, String> strings = new LinkedHashMap<>();
    for (String field = open(); field != null; field = next()) {
      strings.put(field, json.getText());
    }
    return strings;
  }

  private Map<String, Double> numbers() throws IOException {
    Map<String, Double> numbers = new HashMap<>();
    for (String field = open(); field != null; field = next()) {
      numbers.put(field, json.getDoubleValue());
    }
    return numbers;
  }

  private <T> List<T> list(Element<T> element) throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY);
    List<T> list = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      list.add(element.read());
    }
    return list;
  }

  /** Enters an object and moves to the value of its first field; null if the object is empty. */
  private @Nullable String open() throws IOException {
    expect(json.currentToken(), JsonToken.START_OBJECT);
    return next();
  }

  private @Nullable String next() throws IOException {
    String field = json.nextFieldName();
    if (field == null) {
      expect(json.currentToken(), JsonToken.END_OBJECT);
      return null;
    }
    json.nextToken();
    return field;
  }

  private void endOfArray() throws IOException {
    expect(json.nextToken(), JsonToken.END_ARRAY);
  }

  private static void expect(@Nullable JsonToken found, JsonToken expected) throws IOException {
    if (found != expected) {
      throw new IOException("expected %s but found %s".formatted(expected, found));
    }
  }

  private interface Element<T> {
    T read() throws IOException;
  }
}
