package io.cnimetrics.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Writes changes as JSON; {@link JournalReader} reads them. */
final class JournalWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonGenerator json;

  private JournalWriter(JsonGenerator json) {
    this.json = json;
  }

  static byte[] bytes(JournalEntry change) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      new JournalWriter(json).write(change);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private void write(JournalEntry change) throws IOException {
    json.writeStartObject();
    if (change.state().isPresent()) {
      json.writeFieldName("state");
      write(change.state().get());
    }
    if (!change.waiting().isEmpty()) {
      json.writeArrayFieldStart("waiting");
      for (PendingMinute waiting : change.waiting()) {
        write(waiting);
      }
      json.writeEndArray();
    }
    if (!change.gone().isEmpty()) {
      json.writeArrayFieldStart("gone");
      for (long id : change.gone()) {
        json.writeNumber(id);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private void write(BufferState state) throws IOException {
    json.writeStartObject();
    json.writeStringField("instance", state.instanceId());
    writeFields(state.destination());
    json.writeNumberField("lastMinute", state.lastMinute());
    if (state.open().isPresent()) {
      json.writeNumberField("minute", state.open().get().minute());
      write("open", state.open().get());
    }
    write("carried", state.carried());
    json.writeObjectFieldStart("history");
    for (Map.Entry<String, Double> number : state.history().toNumbers().entrySet()) {
      json.writeNumberField(number.getKey(), number.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void write(String name, OpenMinute minute) throws IOException {
    json.writeArrayFieldStart(name);
    for (OpenMinute.Part part : minute.parts().values()) {
      json.writeStartArray();
      json.writeString(part.metric().name());
      json.writeNumber(part.value());
      json.writeNumber(part.weight());
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private void write(PendingMinute waiting) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", waiting.id());
    json.writeNumberField("minute", waiting.minute());
    writeFields(waiting.destination());
    json.writeArrayFieldStart("values");
    for (MinuteValue value : waiting.values()) {
      json.writeStartArray();
      json.writeString(value.metric());
      json.writeNumber(value.value());
      json.writeString(value.unit().name());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writeFields(Destination destination) throws IOException {
    json.writeStringField("namespace", destination.namespace());
    json.writeArrayFieldStart("dimensions");
    for (Map<String, String> set : destination.sets()) {
      json.writeStartObject();
      for (Map.Entry<String, String> dimension : set.entrySet()) {
        json.writeStringField(dimension.getKey(), dimension.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
