package io.cnimetrics.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.publish.BufferState.OpenMinute;
import io.cnimetrics.publish.BufferState.Starts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Journal entries as JSON. The methods that write and read the same type are next to each other.
 * Unknown fields are ignored, because another release may have written the file.
 */
final class JournalFormat {
  /** An entry of the journal has six levels. */
  private static final StreamReadConstraints DEPTH =
      StreamReadConstraints.builder().maxNestingDepth(20).build();

  private static final JsonFactory JSON =
      JsonFactory.builder().streamReadConstraints(DEPTH).build();

  /** The last minute of the year 9999. A later minute can only come from a damaged file. */
  private static final long LAST_MINUTE =
      Instant.parse("9999-12-31T23:59:00Z").getEpochSecond() / 60;

  private JournalFormat() {}

  static byte[] write(Journal.Entry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      write(json, fields(entry));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads an entry.
   *
   * @throws IOException if the bytes are not an entry
   */
  static Journal.Entry read(byte[] bytes, int from, int length) throws IOException {
    try (JsonParser json = JSON.createParser(bytes, from, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      return entry((Fields) read(json));
    } catch (ClassCastException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IOException("not a journal entry", e);
    }
  }

  private static Fields fields(Journal.Entry entry) {
    Fields fields = new Fields();
    entry.state().ifPresent(state -> fields.put("state", fields(state)));
    return fields
        .putUnlessEmpty("waiting", entry.pending(), JournalFormat::fields)
        .putUnlessEmpty("gone", entry.gone(), id -> id);
  }

  private static Journal.Entry entry(Fields fields) {
    return new Journal.Entry(
        fields.object("state").map(JournalFormat::state),
        fields.list("waiting", minute -> pending((Fields) minute)),
        fields.list("gone", id -> ((Number) id).longValue()));
  }

  private static Fields fields(BufferState state) {
    Fields fields = new Fields().put("instance", state.instanceId());
    putDestination(fields, state.destination());
    fields.put("lastMinute", sinceEpoch(state.lastMinute()));
    if (state.open().isPresent()) {
      OpenMinute open = state.open().get();
      fields.put("minute", sinceEpoch(open.minute())).put("at", open.at().toEpochMilli());
      if (!open.earlier().isEmpty()) {
        Fields earlier = new Fields();
        open.earlier().forEach((metric, at) -> earlier.put(metric, at.toEpochMilli()));
        fields.put("earlier", earlier);
      }
      fields.put("open", fields(open.samples()));
    }
    return putStarts(fields, state.starts())
        .put("carried", fields(state.carried()))
        .put("history", new Fields(new LinkedHashMap<>(state.history().toNumbers())));
  }

  private static BufferState state(Fields fields) {
    return new BufferState(
        fields.text("instance"),
        destination(fields),
        SamplerState.of(
            fields.object("history").map(all -> all.all(JournalFormat::number)).orElse(Map.of())),
        fields.minute("lastMinute"),
        fields.has("minute")
            ? Optional.of(
                new OpenMinute(
                    fields.minute("minute"),
                    fields.millis("at").orElse(fields.minute("minute")),
                    fields
                        .object("earlier")
                        .map(
                            times ->
                                times.all(at -> Instant.ofEpochMilli(((Number) at).longValue())))
                        .orElse(Map.of()),
                    samples(fields, "open")))
            : Optional.empty(),
        samples(fields, "carried"),
        starts(fields, fields.minute("lastMinute")));
  }

  private static List<Object> fields(List<Sample> samples) {
    List<Object> fields = new ArrayList<>();
    for (Sample sample : samples) {
      List<Object> one =
          new ArrayList<>(
              List.of(sample.metric().name(), sample.value().orElseThrow(), sample.weight()));
      sample.total().ifPresent(one::add);
      fields.add(one);
    }
    return fields;
  }

  /** Reads samples. Ignores the samples of metrics that this release does not have. */
  private static List<Sample> samples(Fields fields, String name) {
    return fields.list(name, sample -> (List<?>) sample).stream()
        .flatMap(
            sample ->
                MetricCatalog.named((String) sample.get(0)).stream()
                    .map(metric -> sample(metric, sample)))
        .toList();
  }

  private static Sample sample(Metric metric, List<?> sample) {
    return new Sample(
        metric,
        OptionalDouble.of(number(sample.get(1))),
        sample.size() > 3 ? OptionalDouble.of(number(sample.get(3))) : OptionalDouble.empty(),
        number(sample.get(2)),
        Optional.empty());
  }

  private static Fields fields(PendingMinute pending) {
    Fields fields = new Fields().put("id", pending.id());
    fields.put("minute", sinceEpoch(pending.minute()));
    putDestination(fields, pending.destination());
    pending
        .times()
        .ifPresent(times -> putStarts(fields, times.starts()).put("at", times.at().toEpochMilli()));
    return fields.putUnlessEmpty(
        "values",
        pending.values(),
        value -> List.of(value.metric(), value.value(), value.unit().name()));
  }

  private static PendingMinute pending(Fields fields) {
    return new PendingMinute(
        fields.number("id"),
        fields.minute("minute"),
        destination(fields),
        fields
            .millis("at")
            .map(at -> new PendingMinute.Times(at, starts(fields, fields.minute("minute")))),
        fields.list("values", value -> value((List<?>) value)));
  }

  private static MinuteValue value(List<?> value) {
    return new MinuteValue(
        (String) value.get(0), Unit.valueOf((String) value.get(2)), number(value.get(1)));
  }

  private static Fields putStarts(Fields fields, Starts starts) {
    starts.ipamd().ifPresent(start -> fields.put("ipamdStart", start.toEpochMilli()));
    return fields.put("agentStart", starts.agent().toEpochMilli());
  }

  private static Starts starts(Fields fields, Instant otherwise) {
    return new Starts(fields.millis("agentStart").orElse(otherwise), fields.millis("ipamdStart"));
  }

  private static void putDestination(Fields fields, Destination destination) {
    if (destination.receiver() != Receiver.CLOUDWATCH) {
      fields.put("receiver", destination.receiver().name());
    }
    fields
        .put("namespace", destination.namespace())
        .putUnlessEmpty(
            "dimensions", destination.sets(), set -> new Fields(new LinkedHashMap<>(set)));
  }

  private static Destination destination(Fields fields) {
    return new Destination(
        fields.has("receiver") ? Receiver.valueOf(fields.text("receiver")) : Receiver.CLOUDWATCH,
        fields.text("namespace"),
        fields.list("dimensions", set -> ((Fields) set).all(String.class::cast)));
  }

  /** The journal stores a minute as the number of minutes since 1970. */
  private static long sinceEpoch(Instant minute) {
    return minute.getEpochSecond() / 60;
  }

  private static double number(Object number) {
    return ((Number) number).doubleValue();
  }

  /** A JSON object. A missing field is read as empty or 0. */
  private record Fields(Map<String, Object> byName) {
    Fields() {
      this(new LinkedHashMap<>());
    }

    Fields put(String name, Object value) {
      byName.put(name, value);
      return this;
    }

    <T> Fields putUnlessEmpty(String name, List<T> values, Function<T, Object> toJson) {
      return values.isEmpty() ? this : put(name, values.stream().map(toJson).toList());
    }

    boolean has(String name) {
      return byName.containsKey(name);
    }

    String text(String name) {
      return (String) byName.getOrDefault(name, "");
    }

    long number(String name) {
      return ((Number) byName.getOrDefault(name, 0)).longValue();
    }

    Optional<Instant> millis(String name) {
      return has(name) ? Optional.of(Instant.ofEpochMilli(number(name))) : Optional.empty();
    }

    Instant minute(String name) {
      long minute = number(name);
      if (minute < 0 || minute > LAST_MINUTE) {
        throw new IllegalArgumentException("not a minute: " + minute);
      }
      return Instant.ofEpochSecond(minute * 60);
    }

    Optional<Fields> object(String name) {
      return Optional.ofNullable((Fields) byName.get(name));
    }

    <T> List<T> list(String name, Function<Object, T> element) {
      List<T> list = new ArrayList<>();
      for (Object one : (List<?>) byName.getOrDefault(name, List.of())) {
        list.add(element.apply(one));
      }
      return list;
    }

    <T> Map<String, T> all(Function<Object, T> value) {
      Map<String, T> all = new LinkedHashMap<>();
      byName.forEach((name, field) -> all.put(name, value.apply(field)));
      return all;
    }
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Fields fields) {
      json.writeStartObject();
      for (Map.Entry<String, Object> field : fields.byName().entrySet()) {
        json.writeFieldName(field.getKey());
        write(json, field.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        write(json, element);
      }
      json.writeEndArray();
    } else {
      // The value is a string or a number.
      json.writeObject(value);
    }
  }

  private static Object read(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> {
        Fields fields = new Fields();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
          json.nextToken();
          fields.put(name, read(json));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(json));
        }
        yield list;
      }
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getNumberValue();
      // Only a later release can write the following values, and this release ignores them.
      case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
      case VALUE_NULL -> Optional.empty();
      default -> throw new IOException("unexpected " + json.currentToken());
    };
  }
}
