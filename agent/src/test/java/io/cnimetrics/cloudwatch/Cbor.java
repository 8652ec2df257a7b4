package io.cnimetrics.cloudwatch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.thirdparty.jackson.core.JsonGenerator;
import software.amazon.awssdk.thirdparty.jackson.core.JsonParser;
import software.amazon.awssdk.thirdparty.jackson.core.JsonToken;
import software.amazon.awssdk.thirdparty.jackson.core.StreamReadConstraints;
import software.amazon.awssdk.thirdparty.jackson.dataformat.cbor.CBORFactory;

/** The encoding of requests and answers between the SDK and CloudWatch. */
public final class Cbor {
  /** This parser has no limits, because the agent limits only the SDK's parsers. */
  private static final CBORFactory FACTORY =
      CBORFactory.builder().streamReadConstraints(StreamReadConstraints.builder().build()).build();

  private Cbor() {}

  /** The body of an error. */
  public static byte[] error(String code, String message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator cbor = FACTORY.createGenerator(bytes)) {
      cbor.writeStartObject();
      cbor.writeStringField("__type", "com.amazonaws.cloudwatch#" + code);
      cbor.writeStringField("message", message);
      cbor.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Reads a body as maps, lists, texts and numbers. */
  public static Object read(byte[] body) throws IOException {
    try (JsonParser parser = FACTORY.createParser(body)) {
      parser.nextToken();
      return value(parser);
    }
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> map(parser);
      case START_ARRAY -> list(parser);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      default -> parser.getText();
    };
  }

  private static Map<String, Object> map(JsonParser parser) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      map.put(name, value(parser));
    }
    return map;
  }

  private static List<Object> list(JsonParser parser) throws IOException {
    List<Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(value(parser));
    }
    return list;
  }
}
