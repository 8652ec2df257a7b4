package io.cnimetrics.health;

/** A page of the health server. Several threads call it. */
@FunctionalInterface
public interface Page {
  /**
   * Returns the current page.
   *
   * @param accept the request's {@code Accept} header; empty if it has none
   */
  Response get(String accept);
}
