package io.cnimetrics.recommend;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.cnimetrics.recommend.Observations.Point;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
      require(parser.nextToken() != null, "there is no answer");
      QueryAnswers answers = new QueryAnswers(parser, observations);
      do {
        answers.answer();
      } while (parser.nextToken() != null);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "not JSON, or cut short, at line %d: %s"
              .formatted(e.getLocation().getLineNr(), e.getOriginalMessage()),
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

  private void answer() throws IOException {
    require(parser.currentToken() == JsonToken.START_OBJECT, "expected an object");
    boolean data = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      if (name.equals("error")) {
        require(parser.getText().isEmpty(), "the answer is an error: " + parser.getText());
      } else if (name.equals("data")) {
        data = true;
        data();
      } else {
        parser.skipChildren();
      }
    }
    require(data, "the answer has no data");
  }

  private void data() throws IOException {
    require(parser.currentToken() == JsonToken.START_OBJECT, "data is no object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("resultType")) {
        require(
            parser.getText().equals("matrix"),
            "expected an answer of query_range, which has the type matrix, and not "
                + parser.getText());
      } else if (name.equals("result") && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          series();
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void series() throws IOException {
    require(parser.currentToken() == JsonToken.START_OBJECT, "a series is no object");
    Map<String, String> labels = new HashMap<>();
    List<Point> points = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("metric") && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          parser.nextToken();
          labels.put(parser.currentName(), parser.getText());
        }
      } else if (name.equals("values") && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          Point point = point();
          if (Double.isFinite(point.value()) && point.value() >= 0 && point.second() >= 0) {
            points.add(point);
          }
        }
      } else {
        parser.skipChildren();
      }
    }
    observations.add(labels, points);
  }

  /** Reads a point such as {@code [1764000000, "12"]}. */
  private Point point() throws IOException {
    require(parser.currentToken() == JsonToken.START_ARRAY, "a point is no array");
    require(parser.nextToken().isNumeric(), "the time of a point is no number");
    double second = parser.getDoubleValue();
    require(parser.nextToken().isScalarValue(), "the value of a point is no text");
    String text = parser.getText();
    require(parser.nextToken() == JsonToken.END_ARRAY, "a point has more than two parts");
    try {
      return new Point(second, Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw new IOException("the value '%s' of a point is no number".formatted(text), e);
    }
  }

  private static void require(boolean condition, String message) throws IOException {
    if (!condition) {
      throw new IOException(message);
    }
  }
}
