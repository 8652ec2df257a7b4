package io.cnimetrics.doctor;

import java.util.Optional;

/**
 * The result of a check.
 *
 * @param id of the check
 * @param title the result in a few words
 * @param evidence the numbers behind it; for a check that did not run, the reason
 * @param cause what usually leads to it; empty if there is no problem
 * @param remedy what to do, with the command to run; empty if there is nothing to do
 * @param link a page by AWS about it
 */
public record Finding(
    String id,
    Level level,
    String title,
    String evidence,
    String cause,
    String remedy,
    Optional<String> link) {
  public Finding {
    if (id.isBlank() || title.isBlank()) {
      throw new IllegalArgumentException("a finding needs an id and a title: '%s'".formatted(id));
    }
  }

  /** The same with a remedy for this case. */
  Finding remedied(String better) {
    return new Finding(id, level, title, evidence, cause, better, link);
  }

  /** The same with the node's name in its commands. */
  Finding onNode(String name) {
    return remedied(remedy.replace(Commands.THIS_NODE, name));
  }
}
