package io.cnimetrics.health;

/** A page of the health server. Several threads may call a page at the same time. */
@FunctionalInterface
public interface Page {
  /**
   * Returns the current page.
   *
   * @param accept the {@code Accept} header of the request; empty if the request has none
   */
  Response get(String accept);

  /** Whether the server shows the page only to clients on this node. */
  default boolean onlyForThisNode() {
    return false;
  }

  record Response(int status, String contentType, String body) {
    static final int OK = 200;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int INTERNAL_ERROR = 500;
    static final int UNAVAILABLE = 503;

    static Response text(int status, String body) {
      return new Response(status, "text/plain; charset=utf-8", body);
    }
  }
}
