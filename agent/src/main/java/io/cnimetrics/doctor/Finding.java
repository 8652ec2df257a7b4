package io.cnimetrics.doctor;

import java.util.Optional;

/**
 * What a check came to.
 *
 * @param id of the check
 * @param title what is so, in a few words
 * @param evidence what was seen, in numbers; why it was not checked, if it was not
 * @param cause what usually brings it about; empty if all is well
 * @param remedy what to do, with the command to run; empty if there is nothing to do
 * @param link a page of AWS's on it
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

  /** The same with a remedy for this very case. */
  Finding remedied(String better) {
    return new Finding(id, level, title, evidence, cause, better, link);
  }

  /** The same with the node's name in its commands. */
  Finding onNode(String name) {
    return remedied(remedy.replace(AwsNode.THIS_NODE, name));
  }
}
