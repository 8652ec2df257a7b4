package io.cnimetrics.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes JSON documents: on one line for programs, or with one entry per line for people. */
public final class JsonLines {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonLines() {}

  public static String write(boolean forPeople, Content content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      if (forPeople) {
        json.setPrettyPrinter(new OneEntryALine());
      }
      content.writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Printable.inJson(text.append('\n').toString());
  }

  /** Writes a whole number without a fraction. */
  public static void number(JsonGenerator json, String name, double value) throws IOException {
    if (value == Math.rint(value) && Math.abs(value) < 0x1p53) {
      json.writeNumberField(name, (long) value);
    } else {
      json.writeNumberField(name, value);
    }
  }

  /** Writes the content of a document. */
  @FunctionalInterface
  public interface Content {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** Breaks lines between the top-level fields and between the entries of their lists only. */
  private static final class OneEntryALine extends MinimalPrettyPrinter {
    private int depth;

    @Override
    public void writeStartObject(JsonGenerator json) throws IOException {
      depth++;
      json.writeRaw(depth == 1 ? "{\n  " : "{ ");
    }

    @Override
    public void beforeObjectEntries(JsonGenerator json) {}

    @Override
    public void writeEndObject(JsonGenerator json, int entries) throws IOException {
      json.writeRaw(depth == 1 ? "\n}" : " }");
      depth--;
    }

    @Override
    public void writeObjectEntrySeparator(JsonGenerator json) throws IOException {
      json.writeRaw(depth == 1 ? ",\n  " : ", ");
    }

    @Override
    public void writeObjectFieldValueSeparator(JsonGenerator json) throws IOException {
      json.writeRaw(": ");
    }

    @Override
    public void writeStartArray(JsonGenerator json) throws IOException {
      json.writeRaw('[');
      depth++;
    }

    @Override
    public void beforeArrayValues(JsonGenerator json) throws IOException {
      breakLine(json);
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator json) throws IOException {
      json.writeRaw(',');
      breakLine(json);
    }

    @Override
    public void writeEndArray(JsonGenerator json, int entries) throws IOException {
      depth--;
      if (depth == 1 && entries > 0) {
        json.writeRaw("\n  ");
      }
      json.writeRaw(']');
    }

    private void breakLine(JsonGenerator json) throws IOException {
      if (depth == 2) {
        json.writeRaw("\n    ");
      }
    }
  }
}
