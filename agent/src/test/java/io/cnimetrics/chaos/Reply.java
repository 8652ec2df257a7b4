package io.cnimetrics.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/** One answer of a server. */
final class Reply {
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

  /** A proxy's answer instead of the service's. */
  static Reply page(int status) {
    return new Reply(status, "text/html", "<html></html>".getBytes(US_ASCII));
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
