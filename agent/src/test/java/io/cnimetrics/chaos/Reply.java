package io.cnimetrics.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/** One answer of a server. */
final class Reply {
  private static final int LEVELS = 20_000;

  private final int status;
  private final String contentType;
  private final byte[] body;

  Reply(int status, String contentType, byte[] body) {
    this.status = status;
    this.contentType = contentType;
    this.body = body;
  }

  static Reply text(int status, String contentType, String text) {
    return new Reply(status, contentType, text.getBytes(UTF_8));
  }

  /** A page of a proxy that answers in place of the service. */
  static Reply page(int status) {
    return new Reply(status, "text/html", "<html></html>".getBytes(US_ASCII));
  }

  /** Returns the answer with a deeply nested body of JSON, XML or CBOR. */
  Reply nested() {
    String level =
        switch (contentType) {
          case "application/cbor" -> "\u0081";
          case "text/xml" -> "<a>";
          default -> "[";
        };
    return new Reply(status, contentType, level.repeat(LEVELS).getBytes(ISO_8859_1));
  }

  int status() {
    return status;
  }

  String contentType() {
    return contentType;
  }

  byte[] body() {
    return body;
  }
}
