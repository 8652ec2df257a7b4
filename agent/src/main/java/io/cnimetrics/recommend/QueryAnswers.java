package io.cnimetrics.recommend;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Reads answers of Prometheus' {@code /api/v1/query_range}. The input can be gzipped. */
public final class QueryAnswers {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxStringLength(65_536).build())
          .build();

  private static final int GZIP_MAGIC = 0x1f8b;

  private final JsonParser parser;
  private final Observations observations;

  /** The labels of the series whose values are read next. */
  private Optional<Map<String, String>> labels = Optional.empty();

  private QueryAnswers(JsonParser parser, Observations observations) {
    this.parser = parser;
    this.observations = observations;
  }

  /**
   * Adds the series of all answers to the observations.
   *
   * @throws IOException if the input cannot be read, is no answer, or reports an error
   */
  public static void read(InputStream input, Observations observations) throws IOException {
    try (JsonParser parser = JSON.createParser(plain(input))) {
      QueryAnswers answers = new QueryAnswers(parser, observations);
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME) {
          answers.field(parser.currentName());
        }
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s at line %d, column %d"
              .formatted(
                  e instanceof JsonEOFException ? "the JSON is cut short" : "this is not JSON",
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr()),
          e);
    }
  }

  private static InputStream plain(InputStream input) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(input);
    buffered.mark(2);
    int magic = buffered.read() << 8 | buffered.read();
    buffered.reset();
    return magic == GZIP_MAGIC ? new GZIPInputStream(buffered) : buffered;
  }

  /** Reads the fields that matter, at any depth. No two of these fields have the same name. */
  private void field(String name) throws IOException {
    JsonToken value = parser.nextToken();
    if (name.equals("error")) {
      String error = parser.getText();
      require(error.isEmpty(), "the answer is an error: " + error);
    } else if (name.equals("resultType")) {
      String type = parser.getText();
      require(
          type.equals("matrix"),
          "expected an answer of query_range, which has the type matrix, and not " + type);
    } else if (name.equals("metric") && value == JsonToken.START_OBJECT) {
      labels = Optional.of(labels());
    } else if (name.equals("values") && value == JsonToken.START_ARRAY) {
      require(labels.isPresent(), "expected the labels of a series before its values");
      points(labels.orElseThrow());
      labels = Optional.empty();
    }
  }

  private Map<String, String> labels() throws IOException {
    Map<String, String> read = new HashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      parser.nextToken();
      read.put(parser.currentName(), parser.getText());
    }
    return read;
  }

  /** Reads points such as {@code [1764000000, "12"]}. Ignores impossible values such as NaN. */
  private void points(Map<String, String> ofSeries) throws IOException {
    Optional<Observations.Points> series = Optional.empty();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      parser.nextToken();
      double second = number();
      parser.nextToken();
      double value = number();
      require(parser.nextToken() == JsonToken.END_ARRAY, "a point has more than two parts");
      if (second >= 0 && value >= 0 && Double.isFinite(value)) {
        if (series.isEmpty()) {
          series = Optional.of(observations.series(ofSeries));
        }
        series.get().add((long) (second / 60), value);
      }
    }
  }

  private double number() throws IOException {
    try {
      return Double.parseDouble(parser.getText());
    } catch (NumberFormatException e) {
      throw new IOException(
          "expected a time and a value such as [1764000000, \"12\"], and not " + parser.getText(),
          e);
    }
  }

  private static void require(boolean condition, String message) throws IOException {
    if (!condition) {
      throw new IOException(message);
    }
  }
}
