package io.cnimetrics.imagetest;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;

/** One answer to one request. */
final class Reply {
  private Reply() {}

  /** Reads the request to its end, so that the connection can be used again. Then answers it. */
  static void send(HttpExchange exchange, int status, String contentType, byte[] body)
      throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("Content-Type", contentType);
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
