package io.cnimetrics.health;

/** One HTTP response. */
public record Response(int status, String contentType, String body) {
  static final int OK = 200;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int INTERNAL_ERROR = 500;
  static final int UNAVAILABLE = 503;

  static Response text(int status, String body) {
    return new Response(status, "text/plain; charset=utf-8", body);
  }
}
