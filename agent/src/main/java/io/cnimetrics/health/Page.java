package io.cnimetrics.health;

/** What is served at one path; called by several threads. */
@FunctionalInterface
public interface Page {
  /**
   * Makes the page as of now.
   *
   * @param accept the request's {@code Accept} header; empty if it has none
   */
  Response get(String accept);
}
