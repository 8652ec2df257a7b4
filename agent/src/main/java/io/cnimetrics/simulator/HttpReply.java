package io.cnimetrics.simulator;

/** What an HTTP request is answered with. */
record HttpReply(int status, String contentType, String body) {
  private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

  /** ipamD does not say that it is JSON. */
  static HttpReply json(String body) {
    return new HttpReply(200, PLAIN_TEXT, body);
  }

  static HttpReply metrics(String body, CniVersion version) {
    String escaping = version.atLeast(18, 0) ? "; escaping=underscores" : "";
    return new HttpReply(200, "text/plain; version=0.0.4; charset=utf-8" + escaping, body);
  }

  static HttpReply serverError() {
    return new HttpReply(500, PLAIN_TEXT, "Internal Server Error\n");
  }

  /** The same with a body that is neither JSON nor Prometheus text. */
  HttpReply garbage() {
    return new HttpReply(status, contentType, "\u0000\u0007\u001b]{{garbage \ufffd".repeat(16));
  }
}
