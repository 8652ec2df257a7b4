package io.cnimetrics.doctor;

import java.util.Optional;

/**
 * The result of a check.
 *
 * @param id the id of the check
 * @param title the result in a few words
 * @param evidence what the check observed; if the check did not run, the reason
 * @param cause the usual cause of the problem; empty if there is no problem
 * @param remedy what to do about the problem, often with a command; empty if there is no problem
 * @param link the URL of AWS's page about the problem; empty if AWS has no page
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
      throw new IllegalArgumentException("finding '%s': id or title is empty".formatted(id));
    }
  }

  /** Returns the same finding with another remedy. */
  Finding remedied(String better) {
    return new Finding(id, level, title, evidence, cause, better, link);
  }

  /** Returns the same finding with the node's name in the remedy's commands. */
  Finding onNode(String name) {
    return remedied(remedy.replace(Commands.THIS_NODE, name));
  }
}
